"""People send what Telegram sends; their files are handed out by its rules."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from telegram import (
    Bot,
)
from telegram.error import NetworkError

from tests.bot_api import BotApi, Sender
from tests.bot_api.files import blank_png
from tests.double.asking import PICTURE, ask, refused, say
from tests.patience import PATIENCE


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
                download.result(timeout=PATIENCE)
