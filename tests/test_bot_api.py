"""The test server keeps Telegram's rules, seen through the real telegram.Bot wherever it can ask.

These tests also say what digitbot relies on; the rest of the suite leans on them.
"""

import asyncio
import http.client
import http.server
import io
import json
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from PIL import Image
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    ReplyParameters,
    Update,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, Conflict, InvalidToken, NetworkError, RetryAfter
from telegram.request import HTTPXRequest

from tests.bot_api import BotApi, Message, NoAnswerError, Sender
from tests.bot_api.files import blank_png

PICTURE = blank_png(640, 480)
T = TypeVar("T")


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as server:
        yield server


@pytest.fixture
def ann(api: BotApi) -> Sender:
    return api.sender(name="Ann")


def ask(api: BotApi, work: Callable[[Bot], Awaitable[T]]) -> T:
    """Let a real Bot do some work."""

    async def run() -> T:
        plain: dict[str, Any] = {"verify": False}  # plain HTTP; saves loading the certificates
        async with Bot(
            api.token,
            base_url=f"{api.url}/bot",
            base_file_url=f"{api.url}/file/bot",
            request=HTTPXRequest(httpx_kwargs=plain),
            get_updates_request=HTTPXRequest(httpx_kwargs=plain),
        ) as bot:
            return await work(bot)

    return asyncio.run(run())


def refused(reason: str) -> pytest.RaisesExc[BadRequest]:
    """Expect a 400; the library changes the case of what the API says."""
    return pytest.raises(BadRequest, match=f"(?i){reason}")


def post(api: BotApi, method: str, token: str = "", **parameters: Any) -> tuple[int, Any]:
    """Call a method without any library, as JSON."""
    host = api.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=10)
    try:
        body, kind = json.dumps(parameters), {"Content-Type": "application/json"}
        connection.request("POST", f"/bot{token or api.token}/{method}", body, kind)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def keyboard(*buttons: tuple[str, str]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(t, callback_data=d) for t, d in buttons]])


def say(api: BotApi, sender: Sender, text: str, **more: Any) -> Message:
    """Let the bot write to a sender; return what stands in the chat."""
    sent = ask(api, lambda bot: bot.send_message(sender.chat_id, text, **more))
    return api.wait_for(sender.chat_id, lambda m: m.message_id == sent.message_id)


class TestUpdates:
    def test_an_offset_confirms_and_forgets(self, api: BotApi, ann: Sender) -> None:
        for text in "abc":
            ann.text(text)
        first = post(api, "getUpdates")[1]["result"]
        assert [u["message"]["text"] for u in first] == ["a", "b", "c"]
        assert post(api, "getUpdates", limit=1)[1]["result"] == first[:1]
        assert post(api, "getUpdates", offset=first[1]["update_id"])[1]["result"] == first[1:]
        assert post(api, "getUpdates")[1]["result"] == first[1:]
        assert post(api, "getUpdates", offset=-1)[1]["result"] == first[2:]
        assert post(api, "getUpdates", offset=first[2]["update_id"] + 1)[1]["result"] == []
        api.wait_confirmed(0)

    def test_a_long_poll_waits_and_wakes_at_once(self, api: BotApi, ann: Sender) -> None:
        began = time.monotonic()
        assert ask(api, lambda bot: bot.get_updates(timeout=1)) == ()
        assert 0.9 < time.monotonic() - began < 3
        written: list[float] = []

        def write() -> None:
            written.append(time.monotonic())
            ann.text("hi")

        timer = threading.Timer(0.3, write)
        timer.start()
        (update,) = ask(api, lambda bot: bot.get_updates(timeout=10))
        assert time.monotonic() - written[0] < 1
        timer.join()
        assert update.message is not None
        assert update.message.text == "hi"

    def test_of_two_pollers_the_older_is_sent_away(self, api: BotApi, ann: Sender) -> None:
        with ThreadPoolExecutor() as pool:
            older = pool.submit(ask, api, lambda bot: bot.get_updates(timeout=10))
            api.wait_call("getUpdates")
            newer = pool.submit(ask, api, lambda bot: bot.get_updates(timeout=10))
            with pytest.raises(Conflict, match="terminated by other getUpdates request"):
                older.result(timeout=5)
            ann.text("hi")
            assert len(newer.result(timeout=5)) == 1

    def test_allowed_updates_hold_until_changed(self, api: BotApi, ann: Sender) -> None:
        post(api, "getUpdates", allowed_updates=["edited_message"])
        ann.edit_text(ann.text("not wanted"), "wanted")
        (update,) = post(api, "getUpdates")[1]["result"]
        assert update["edited_message"]["text"] == "wanted"

    def test_resent_updates_come_despite_the_offset(self, api: BotApi, ann: Sender) -> None:
        ann.text("again")
        assert ann.last_update_id is not None
        after = ann.last_update_id + 1
        assert post(api, "getUpdates", offset=after)[1]["result"] == []
        api.resend(ann.last_update_id)
        assert len(post(api, "getUpdates", offset=after)[1]["result"]) == 1
        assert post(api, "getUpdates", offset=after)[1]["result"] == []

    def test_after_a_jump_back_an_old_offset_confirms_nothing(
        self, api: BotApi, ann: Sender
    ) -> None:
        old = api.inject({})
        post(api, "getUpdates", offset=old + 1)
        api.jump_back()
        ann.text("after a quiet week")
        for _ in range(2):
            (update,) = post(api, "getUpdates", offset=old + 1)[1]["result"]
            assert update["update_id"] < old
        assert post(api, "getUpdates", offset=update["update_id"] + 1)[1]["result"] == []

    def test_an_injected_update_need_not_make_sense(self, api: BotApi) -> None:
        api.inject({"message": {"message_id": "?"}})
        with pytest.raises((KeyError, TypeError)):
            ask(api, lambda bot: bot.get_updates())


class TestSenders:
    def test_what_they_send_is_what_telegram_sends(self, api: BotApi, ann: Sender) -> None:
        sent = [
            ann.command("/start@digitbot_test_bot now"),
            ann.photo(PICTURE, caption="407", media_group_id="9"),
            ann.document(b"%PDF", "page.pdf", "application/pdf"),
            ann.sticker(),
            ann.voice(),
            ann.video(),
            ann.photo(PICTURE, forwarded_from="Bo"),
        ]
        sent.append(ann.reply(sent[1], "no, 401"))
        messages = [u.message for u in ask(api, lambda bot: bot.get_updates()) if u.message]
        assert [m.message_id for m in messages] == [m.message_id for m in sent]
        start, photo, document, sticker, voice, video, forwarded, reply = messages
        assert start.entities[0].type == "bot_command"
        assert start.entities[0].length == len("/start@digitbot_test_bot")
        assert photo.from_user is not None
        assert photo.from_user.language_code == "en"
        assert photo.media_group_id == "9"
        assert photo.caption == "407"
        assert [size.width for size in photo.photo] == [90, 320, 640]
        assert len({size.file_id for size in photo.photo}) == 3
        assert document.document is not None
        assert document.document.mime_type == "application/pdf"
        assert sticker.sticker
        assert voice.voice
        assert video.video
        assert forwarded.forward_origin is not None
        assert reply.reply_to_message is not None
        assert reply.reply_to_message.photo[-1].file_id == photo.photo[-1].file_id

    def test_edits_arrive_as_edits(self, api: BotApi, ann: Sender) -> None:
        ann.edit_caption(ann.photo(PICTURE, caption="1"), "7")
        _, edited = ask(api, lambda bot: bot.get_updates())
        assert edited.edited_message is not None
        assert edited.edited_message.caption == "7"
        assert edited.edited_message.edit_date is not None

    def test_privacy_mode_hides_what_does_not_concern_the_bot(self, api: BotApi) -> None:
        ann = api.sender(name="Ann", chat_id=-1001)
        bo = api.sender(name="Bo", chat_id=-1001)
        photo = ann.photo(PICTURE)
        bo.text("nice")
        assert bo.last_update_id is None
        bo.command("/read@another_bot", reply_to=photo)
        answer = say(api, ann, "who calls?")
        bo.command("/read", reply_to=photo)
        bo.text("hey @digitbot_test_bot")
        bo.reply(answer, "me")
        updates = ask(api, lambda bot: bot.get_updates())
        assert [u.message.text for u in updates if u.message] == [
            "/read",
            "hey @digitbot_test_bot",
            "me",
        ]
        assert updates[0].message is not None
        assert updates[0].message.reply_to_message is not None
        assert updates[0].message.reply_to_message.photo

    def test_message_ids_repeat_from_group_to_group_only(self, api: BotApi) -> None:
        people = [api.sender(chat_id=chat) for chat in (None, None, -1001, -1002)]
        assert [person.text("hi").message_id for person in people] == [1, 2, 1, 1]


class TestFiles:
    def test_only_the_biggest_size_is_the_photo(self, api: BotApi, ann: Sender) -> None:
        data = blank_png(1000, 700)
        ann.photo(data)

        async def fetch(bot: Bot) -> list[bytes]:
            (update,) = await bot.get_updates()
            assert update.message is not None
            files = [await size.get_file() for size in update.message.photo]
            return [bytes(await file.download_as_bytearray()) for file in files]

        small, *_, biggest = ask(api, fetch)
        assert biggest == data
        assert small != data

    def test_files_over_20_mb_are_not_handed_out(self, api: BotApi, ann: Sender) -> None:
        big = ann.document(bytes(20 * 1024 * 1024 + 1), "big.png", "image/png")
        with refused("file is too big"):
            ask(api, lambda bot: bot.get_file(big.now.media["file_id"]))
        with refused("wrong file_id"):
            ask(api, lambda bot: bot.get_file("nonsense"))

    def test_downloads_break_off_with_and_without_a_sign(self, api: BotApi, ann: Sender) -> None:
        data = PICTURE * 10
        message = ann.document(data, "page.png", "image/png")

        async def fetch(bot: Bot) -> bytes:
            file = await bot.get_file(message.now.media["file_id"])
            return bytes(await file.download_as_bytearray())

        api.faults.truncate()
        with pytest.raises(NetworkError):
            ask(api, fetch)
        api.faults.truncate(declared=False)
        assert ask(api, fetch) == data[: len(data) // 2]
        assert ask(api, fetch) == data

    def test_a_download_hangs_until_cleared(self, api: BotApi, ann: Sender) -> None:
        message = ann.photo(PICTURE)
        path = ask(api, lambda bot: bot.get_file(message.now.media[-1]["file_id"])).file_path
        assert path is not None
        api.faults.hang("download")
        with ThreadPoolExecutor() as pool:
            download = pool.submit(ask, api, lambda bot: bot.request.retrieve(path))
            api.wait_call("download")
            time.sleep(0.1)
            assert not download.done()
            api.faults.clear()
            with pytest.raises(NetworkError):
                download.result(timeout=5)


class TestTheBotWrites:
    def test_texts_have_1_to_4096_characters(self, api: BotApi, ann: Sender) -> None:
        assert say(api, ann, "x" * 4096).text == "x" * 4096
        for text, complaint in (("x" * 4097, "too long"), (" ", "text is empty")):
            with refused(complaint):
                say(api, ann, text)

    def test_only_to_chats_it_knows(self, api: BotApi) -> None:
        with refused("chat not found"):
            ask(api, lambda bot: bot.send_message(12345, "hi"))

    @pytest.mark.parametrize("data", ["", "x" * 65, "é" * 33])
    def test_callback_data_has_1_to_64_bytes(self, api: BotApi, ann: Sender, data: str) -> None:
        say(api, ann, "fits", reply_markup=keyboard(("x", "é" * 32)))
        markup = {"inline_keyboard": [[{"text": "x", "callback_data": data}]]}
        status, answer = post(
            api, "sendMessage", chat_id=ann.chat_id, text="x", reply_markup=markup
        )
        assert (status, answer["description"]) == (400, "Bad Request: BUTTON_DATA_INVALID")

    def test_html_is_shown_or_refused(self, api: BotApi, ann: Sender) -> None:
        message = say(api, ann, "<b>4</b> &lt; <i>7</i>", parse_mode=ParseMode.HTML)
        assert message.text == "4 < 7"
        assert [e["type"] for e in message.now.entities] == ["bold", "italic"]
        for broken in ("<b>4", "4</b>", "<b><i>4</b></i>", "4 < 7", "<script>4</script>"):
            with refused("parse entities"):
                say(api, ann, broken, parse_mode=ParseMode.HTML)

    def test_replies_need_what_they_reply_to(self, api: BotApi, ann: Sender) -> None:
        asked = ann.text("?")
        reply = ReplyParameters(asked.message_id)
        assert say(api, ann, "!", reply_parameters=reply).reply_to is asked
        with refused("message to be replied not found"):
            say(api, ann, "!", reply_parameters=ReplyParameters(999))
        lenient = ReplyParameters(999, allow_sending_without_reply=True)
        assert say(api, ann, "!", reply_parameters=lenient).reply_to is None

    def test_photos_are_uploaded_and_replaced(self, api: BotApi, ann: Sender) -> None:
        other = blank_png(28, 28)

        async def work(bot: Bot) -> None:
            sent = await bot.send_photo(
                ann.chat_id, PICTURE, "seen", reply_markup=keyboard(("7", "7"))
            )
            await bot.edit_message_media(
                InputMediaPhoto(other, caption="seen again"), ann.chat_id, sent.message_id
            )
            again = await bot.send_photo(ann.chat_id, sent.photo[-1].file_id)
            same = InputMediaPhoto(sent.photo[-1].file_id)
            with refused("message is not modified"):
                await bot.edit_message_media(same, ann.chat_id, again.message_id)
            with refused("caption is too long"):
                await bot.send_photo(ann.chat_id, PICTURE, "x" * 1025)

        ask(api, work)
        message, same = api.messages(ann.chat_id)
        assert [(v.text, v.data, v.rows) for v in message.versions] == [
            ("seen", PICTURE, [[("7", "7")]]),
            ("seen again", other, []),
        ]
        assert same.photo == PICTURE

    @pytest.mark.parametrize(
        ("picture", "complaint"),
        [(b"no picture", "IMAGE_PROCESS"), (blank_png(840, 28), "DIMENSIONS")],
    )
    def test_photos_must_be_pictures_and_no_strips(
        self, api: BotApi, ann: Sender, picture: bytes, complaint: str
    ) -> None:
        with refused(complaint):
            ask(api, lambda bot: bot.send_photo(ann.chat_id, picture))

    def test_sizes_are_read_from_jpeg_too(self, api: BotApi, ann: Sender) -> None:
        file = io.BytesIO()
        Image.new("L", (640, 30)).save(file, "JPEG", progressive=True, exif=b"Exif\0\0" + bytes(99))
        with refused("DIMENSIONS"):
            ask(api, lambda bot: bot.send_photo(ann.chat_id, file.getvalue()))
        assert ann.photo(file.getvalue()).now.media[-1]["width"] == 640

    def test_documents_and_albums(self, api: BotApi, ann: Sender) -> None:
        async def work(bot: Bot) -> None:
            await bot.send_document(ann.chat_id, b"PK", filename="mydata.zip")
            await bot.send_media_group(
                ann.chat_id, [InputMediaPhoto(PICTURE), InputMediaPhoto(PICTURE)]
            )

        ask(api, work)
        document, first, second = api.messages(ann.chat_id)
        assert (document.document, document.now.file_name) == (b"PK", "mydata.zip")
        assert first.photo == second.photo == PICTURE
        assert first.more["media_group_id"] == second.more["media_group_id"]

    def test_an_edit_must_change_something_that_exists(self, api: BotApi, ann: Sender) -> None:
        own = ann.text("mine")
        message = say(api, ann, "4?", reply_markup=keyboard(("7", "7")))
        place: dict[str, Any] = {"chat_id": ann.chat_id, "message_id": message.message_id}

        async def work(bot: Bot) -> None:
            same = keyboard(("7", "7"))
            for edit in (
                bot.edit_message_text("4?", reply_markup=same, **place),
                bot.edit_message_reply_markup(reply_markup=same, **place),
            ):
                with refused("message is not modified"):
                    await edit
            with refused("no caption"):
                await bot.edit_message_caption(caption="7", **place)
            with refused("message to edit not found"):
                await bot.edit_message_text("7", ann.chat_id, 999)
            with refused("can't be edited"):
                await bot.edit_message_text("7", ann.chat_id, own.message_id)
            await bot.edit_message_text("7!", **place)
            await bot.delete_message(**place)
            with refused("message to delete not found"):
                await bot.delete_message(**place)

        ask(api, work)
        assert message.text == "7!"
        assert message.buttons == []
        assert message.deleted

    def test_its_profile_is_kept(self, api: BotApi) -> None:
        async def work(bot: Bot) -> tuple[Any, ...]:
            await bot.set_my_commands([("start", "begin")])
            await bot.set_my_commands([("start", "beginnen")], language_code="de")
            await bot.set_my_description("reads digits")
            await bot.set_my_short_description("digits")
            with refused("BOT_COMMAND_INVALID"):
                await bot.set_my_commands([("Start!", "begin")])
            return (
                (await bot.get_my_commands())[0].description,
                (await bot.get_my_commands(language_code="de"))[0].description,
                (await bot.get_my_description()).description,
                (await bot.get_my_short_description()).short_description,
            )

        assert ask(api, work) == ("begin", "beginnen", "reads digits", "digits")


class TestButtons:
    def test_a_press_is_answered_once_and_in_time(self, api: BotApi, ann: Sender) -> None:
        message = say(api, ann, "4?", reply_markup=keyboard(("Yes, 4", "ok"), ("7", "fix:7")))
        pressed = ann.press(message, "Yes")
        with pytest.raises(LookupError, match="no button '8'"):
            ann.press(message, "8")

        async def work(bot: Bot) -> None:
            (update,) = await bot.get_updates()
            assert update.callback_query is not None
            assert update.callback_query.data == "ok"
            await update.callback_query.answer("saved")
            with refused("query is too old"):
                await update.callback_query.answer("saved")
            late = ann.press(message, "fix:7")
            api.expire_callbacks()
            with refused("query is too old"):
                await bot.answer_callback_query(late)

        ask(api, work)
        assert api.wait_callback_answer(pressed, timeout=1)["text"] == "saved"
        assert list(api.answered_callbacks) == [pressed]

    def test_a_button_can_be_of_a_message_no_longer_there(self, api: BotApi, ann: Sender) -> None:
        ann.press_data(say(api, ann, "old"), "forged", inaccessible=True)
        (update,) = ask(api, lambda bot: bot.get_updates())
        assert update.callback_query is not None
        assert update.callback_query.message is not None
        assert not update.callback_query.message.is_accessible


class TestWaiting:
    def test_an_answer_is_what_came_after_the_last_act(self, api: BotApi, ann: Sender) -> None:
        old = say(api, ann, "old")
        photo = ann.photo(PICTURE)
        with pytest.raises(NoAnswerError, match="old"):
            ann.wait_answer(timeout=0.05)
        timer = threading.Timer(
            0.1, post, (api, "sendMessage"), {"chat_id": ann.chat_id, "text": "7"}
        )
        timer.start()
        assert ann.wait_answer(lambda m: m.text == "7").message_id > photo.message_id
        timer.join()
        with pytest.raises(NoAnswerError):
            ann.wait_answer(to=photo, timeout=0.05)
        ask(api, lambda bot: bot.edit_message_text("new", ann.chat_id, old.message_id))
        assert ann.wait_answer(lambda m: m.text == "new") is old


class Receiver(http.server.ThreadingHTTPServer):
    """A bot's webhook that refuses the first delivery."""

    daemon_threads = False

    def __init__(self) -> None:
        self.deliveries: list[tuple[str, str | None, dict[str, Any]]] = []
        self.arrived = threading.Semaphore(0)
        super().__init__(("127.0.0.1", 0), Hook)


class Hook(http.server.BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        update = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        token = self.headers["X-Telegram-Bot-Api-Secret-Token"]
        self.server.deliveries.append((self.path, token, update))
        self.send_response(200 if len(self.server.deliveries) > 1 else 500)
        self.end_headers()
        self.server.arrived.release()

    def log_message(self, *args: Any) -> None: ...


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class TestWebhook:
    def test_updates_are_delivered_until_accepted(
        self, api: BotApi, ann: Sender, receiver: Receiver
    ) -> None:
        api.webhook.proxy = f"http://127.0.0.1:{receiver.server_address[1]}"
        url = "https://bot.example/hook"
        ask(api, lambda bot: bot.set_webhook(url, secret_token="s3cret"))
        texts = ["first", "second"]
        for text in texts:
            ann.text(text)
        for _ in range(3):
            assert receiver.arrived.acquire(timeout=5)
        api.wait_confirmed()
        assert {(path, token) for path, token, _ in receiver.deliveries} == {("/hook", "s3cret")}
        got = [update["message"]["text"] for _, _, update in receiver.deliveries]
        assert got == ["first", "first", "second"]
        info = ask(api, lambda bot: bot.get_webhook_info())
        assert info.url == url
        assert info.pending_update_count == 0
        assert "500" in (info.last_error_message or "")

    def test_polling_and_a_webhook_exclude_each_other(self, api: BotApi) -> None:
        with ThreadPoolExecutor() as pool:
            polling = pool.submit(ask, api, lambda bot: bot.get_updates(timeout=10))
            api.wait_call("getUpdates")
            time.sleep(0.1)
            assert ask(api, lambda bot: bot.set_webhook("https://127.0.0.1:1/hook"))
            with pytest.raises(Conflict, match="terminated by setWebhook"):
                polling.result(timeout=5)
        api.state.queue.conflict_pause = 0.1
        with pytest.raises(Conflict, match="while webhook is active"):
            ask(api, lambda bot: bot.get_updates())
        ask(api, lambda bot: bot.delete_webhook())
        assert ask(api, lambda bot: bot.get_updates()) == ()

    def test_a_wrong_secret_or_address_is_refused(self, api: BotApi) -> None:
        with refused("unallowed characters"):
            ask(api, lambda bot: bot.set_webhook("https://bot.example", secret_token="no spaces"))
        with refused("HTTPS URL must be"):
            ask(api, lambda bot: bot.set_webhook("bot.example"))


class TestFaults:
    def test_floods_hit_one_method_and_chat_as_often_as_asked(
        self, api: BotApi, ann: Sender, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PTB_TIMEDELTA", "true")  # the library warns of this change to come
        bo = api.sender(name="Bo")
        fault = api.faults.flood("sendMessage", retry_after=3, times=2, chat_id=ann.chat_id)
        assert say(api, bo, "served").text == "served"
        for _ in range(2):
            with pytest.raises(RetryAfter, match="Retry in 0:00:03"):
                say(api, ann, "hi")
        assert say(api, ann, "hi").text == "hi"
        assert fault.hits == 2
        assert [call.status for call in api.calls_of("sendMessage")] == [200, 429, 429, 200]

    def test_errors_and_gateway_pages(self, api: BotApi, ann: Sender) -> None:
        api.faults.error("sendMessage", 500)
        with pytest.raises(NetworkError, match="Internal Server Error"):
            say(api, ann, "hi")
        api.faults.error("sendMessage", 502, body=b"<html>Bad Gateway</html>")
        with pytest.raises(NetworkError, match="Bad Gateway"):
            say(api, ann, "hi")
        assert api.messages(ann.chat_id) == []

    def test_a_connection_is_cut_before_or_after_the_work(self, api: BotApi, ann: Sender) -> None:
        api.faults.drop("sendMessage")
        with pytest.raises(NetworkError):
            say(api, ann, "hi")
        assert api.messages(ann.chat_id) == []
        api.faults.lose_answer("sendMessage")
        with pytest.raises(NetworkError):
            say(api, ann, "hi")
        assert [m.text for m in api.messages(ann.chat_id)] == ["hi"]
        assert [call.status for call in api.calls_of("sendMessage")] == [None, None]

    def test_slow_answers_come_late(self, api: BotApi, ann: Sender) -> None:
        api.faults.slow("sendMessage", seconds=0.3)
        began = time.monotonic()
        say(api, ann, "hi")
        assert time.monotonic() - began >= 0.3

    def test_an_outage_refuses_and_ends(self, api: BotApi, ann: Sender) -> None:
        with ThreadPoolExecutor() as pool:
            polling = pool.submit(ask, api, lambda bot: bot.get_updates(timeout=10))
            api.wait_call("getUpdates")
            with api.outage():
                with pytest.raises(ConnectionRefusedError):
                    post(api, "getMe")
                with pytest.raises(NetworkError):
                    polling.result(timeout=5)
                ann.text("still there?")
        assert len(ask(api, lambda bot: bot.get_updates())) == 1

    def test_tokens_are_known_unknown_or_revoked(self, api: BotApi) -> None:
        assert post(api, "getMe", token="1:other")[0] == 401
        assert post(api, "getMe", token="nonsense")[0] == 404
        assert post(api, "noSuchMethod")[0] == 404
        api.revoke_token()
        assert post(api, "getMe") == (
            401,
            {"ok": False, "error_code": 401, "description": "Unauthorized"},
        )
        with pytest.raises(InvalidToken):
            ask(api, lambda bot: bot.get_me())
        api.restore_token()
        assert ask(api, lambda bot: bot.get_me()).username == "digitbot_test_bot"

    def test_a_bot_killed_in_the_middle_of_a_request(self, api: BotApi, ann: Sender) -> None:
        address = ("127.0.0.1", int(api.url.rpartition(":")[2]))
        head = f"POST /bot{api.token}/sendMessage HTTP/1.1\r\nContent-Length: 50\r\n\r\n"
        for half in (head[:30], head, head + "chat_id=501&text=cut"):
            with socket.create_connection(address) as dying:
                dying.sendall(half.encode())
        with socket.create_connection(address) as dying:  # and one that died while it polled
            dying.sendall(f"GET /bot{api.token}/getUpdates?timeout=50 HTTP/1.1\r\n\r\n".encode())
            api.wait_call("getUpdates")
        ann.text("for the next bot")
        assert isinstance(ask(api, lambda bot: bot.get_updates(timeout=10))[0], Update)
        assert api.messages(ann.chat_id) == []


def test_parameters_come_in_every_encoding_and_hundreds_a_second(api: BotApi, ann: Sender) -> None:
    connection = http.client.HTTPConnection(api.url.removeprefix("http://"))
    form = "application/x-www-form-urlencoded"
    bodies = {
        form: f"chat_id={ann.chat_id}&text=true",
        "application/json; charset=utf-8": f'{{"chat_id": {ann.chat_id}, "text": "true"}}',
        "multipart/form-data; boundary=b": "".join(
            f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in (("chat_id", ann.chat_id), ("text", "true"))
        )
        + "--b--\r\n",
    }
    began = time.monotonic()
    for _ in range(50):
        for content_type, body in bodies.items():
            address = f"/bot{api.token}/sendMessage"
            connection.request("POST", address, body, {"Content-Type": content_type})
            answer = connection.getresponse()
            assert json.loads(answer.read())["result"]["text"] == "true"
    assert time.monotonic() - began < 5  # some 0.1 s; a delayed packet each would be 6 s
    connection.close()
    assert {m.text for m in api.messages(ann.chat_id)} == {"true"}
    assert all(call.parameters["chat_id"] == ann.chat_id for call in api.calls)
