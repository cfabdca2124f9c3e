"""What the bot may write, by the rules of the Bot API."""

import io
from typing import Any

import pytest
from PIL import Image
from telegram import (
    Bot,
    InputMediaPhoto,
    ReplyParameters,
)
from telegram.constants import ParseMode

from tests.bot_api import BotApi, Sender
from tests.bot_api.files import blank_png
from tests.double.asking import PICTURE, ask, keyboard, post, refused, say


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
