"""Updates as Telegram writes them, and what they say to the bot."""

from typing import Any

import pytest
from telegram import Update

from bot.messages import CommandSent, Incoming, OtherSent, PhotoSent, Sender, Tapped, TextSent
from bot.translation import translate

ADA = {"id": 7, "is_bot": False, "first_name": "Ada", "last_name": "L"}
BOB = {"id": 8, "is_bot": False, "first_name": "Bob"}
BOT = {"id": 1, "is_bot": True, "first_name": "Digits", "username": "digits_bot"}
PRIVATE = {"id": 7, "type": "private", "first_name": "Ada"}
GROUP = {"id": -100, "type": "supergroup", "title": "Club"}
SIZES = [
    {"file_id": name, "file_unique_id": name, "width": 9, "height": 9, "file_size": 5}
    for name in ("small", "big")
]


def message(text: str = "", by: dict[str, Any] = ADA, **more: Any) -> dict[str, Any]:
    """Return a message; commands and mentions in its text are marked as Telegram does."""
    body = {"message_id": 3, "date": 1, "chat": PRIVATE, "from": by, **more}
    if text:
        entities, place = [], 0
        for word in text.split(" "):
            kind = {"/": "bot_command", "@": "mention"}.get(word[:1])
            if kind:
                entities.append({"type": kind, "offset": place, "length": len(word)})
            place += len(word) + 1
        media = "photo" in more or "document" in more
        body["caption" if media else "text"] = text
        body["caption_entities" if media else "entities"] = entities
    return body


def document(name: str = "", kind: str = "") -> dict[str, Any]:
    file = {"file_id": "f", "file_unique_id": "f", "file_size": 5}
    return file | ({"file_name": name} if name else {}) | ({"mime_type": kind} if kind else {})


def read(body: dict[str, Any], kind: str = "message") -> Incoming | None:
    return translate(Update.de_json({"update_id": 1, kind: body}, None), "digits_bot")


def in_group(text: str = "", by: dict[str, Any] = ADA, **more: Any) -> Incoming | None:
    return read(message(text, by, chat=GROUP, **more))


def test_a_photo_is_its_biggest_size() -> None:
    found = read(message(photo=SIZES))
    assert found == PhotoSent(7, 3, Sender(7, "Ada L"), True, "big", 5)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.png", "image/png"), ("IMG_1.HEIC", ""), ("x.heic", "application/octet-stream"),
     ("scan", "image/tiff"), ("text.jpg", "text/plain")],
)  # fmt: skip
def test_a_file_that_says_it_is_an_image_is_read(name: str, kind: str) -> None:
    assert isinstance(read(message(document=document(name, kind))), PhotoSent)


@pytest.mark.parametrize(("kind", "read_as"), [("image/gif", "picture"), ("video/mp4", "moving")])
def test_a_gif_comes_with_its_file_and_is_read_unless_telegram_made_a_video_of_it(
    kind: str, read_as: str
) -> None:
    file = document("a.gif", kind)
    animation = file | {"width": 9, "height": 9, "duration": 1}
    found = read(message(document=file, animation=animation))
    if read_as == "picture":
        assert isinstance(found, PhotoSent)
    else:
        assert getattr(found, "kind", None) == "animation"


@pytest.mark.parametrize(
    ("name", "kind"), [("a.pdf", "application/pdf"), ("", ""), ("a.mp4", "video/mp4")]
)
def test_another_file_is_no_picture(name: str, kind: str) -> None:
    assert getattr(read(message(document=document(name, kind))), "kind", None) == "file"


@pytest.mark.parametrize(
    ("text", "name"),
    [("/start", "start"), ("/START@Digits_Bot now", "start"), ("/nonsense", "nonsense")],
)
def test_a_command_is_its_first_word(text: str, name: str) -> None:
    assert read(message(text)) == CommandSent(7, 3, Sender(7, "Ada L"), True, name)


def test_a_text_knows_what_it_replies_to() -> None:
    replied = message("hello", by=BOT) | {"message_id": 2}
    found = read(message("4 0 7", reply_to_message=replied))
    assert found == TextSent(7, 3, Sender(7, "Ada L"), True, "4 0 7", 2)


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"location": {"longitude": 1.0, "latitude": 2.0}}, "location"),
        ({"contact": {"phone_number": "1", "first_name": "C"}}, "contact"),
        ({"dice": {"emoji": "🎲", "value": 3}}, "dice"),
    ],
)
def test_other_content_has_the_name_telegram_gives_it(more: dict[str, Any], kind: str) -> None:
    assert read(message(**more)) == OtherSent(7, 3, Sender(7, "Ada L"), True, kind)


def test_an_animation_is_not_taken_for_a_file() -> None:
    animation = document("a.mp4", "video/mp4") | {"width": 1, "height": 1, "duration": 1}
    found = read(message(animation=animation, document=document("a.mp4", "video/mp4")))
    assert getattr(found, "kind", None) == "animation"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (message("x", edit_date=2, photo=SIZES), "edited_message"),
        (message("x") | {"from": None}, "channel_post"),
        (message(pinned_message=message("x")), "message"),
        (message("hi", by=BOT), "message"),
        (message("x", edit_date=2, chat=GROUP), "edited_message"),
    ],
    ids=["edited caption", "channel post", "news of the chat", "another bot", "edit in a group"],
)
def test_some_updates_say_nothing_to_the_bot(body: dict[str, Any], kind: str) -> None:
    assert read(body, kind) is None


def test_an_edited_text_is_an_edit() -> None:
    assert read(message("x", edit_date=2), "edited_message") == OtherSent(
        7, 3, Sender(7, "Ada L"), True, "edit"
    )


@pytest.mark.parametrize(
    ("shown", "has_picture"),
    [
        (message("x", by=BOT, photo=SIZES), True),
        (message("x", by=BOT), False),
        ({"chat": PRIVATE, "message_id": 3, "date": 0}, True),
    ],
    ids=["picture", "text", "too old to be shown"],
)
def test_a_press_says_what_it_was_under(shown: dict[str, Any], has_picture: bool) -> None:
    query = {"id": "q", "from": BOB, "message": shown, "data": "back:1", "chat_instance": "c"}
    found = read(query, "callback_query")
    assert found == Tapped(7, 3, Sender(8, "Bob"), True, "back:1", has_picture, "q")


def test_read_as_a_reply_means_the_photo_and_who_sent_it() -> None:
    photo = message(by=BOB, photo=SIZES, chat=GROUP) | {"message_id": 2}
    expected = PhotoSent(-100, 2, Sender(8, "Bob"), False, "big", 5, asked=True)
    assert in_group("/read", reply_to_message=photo) == expected
    assert in_group("/read@digits_bot", reply_to_message=photo) == expected
    assert in_group("@Digits_bot what is this?", reply_to_message=photo) == expected


def test_in_a_group_a_photo_is_read_when_its_caption_says_so() -> None:
    expected = PhotoSent(-100, 3, Sender(7, "Ada L"), False, "big", 5)
    assert in_group("@digits_bot please", photo=SIZES) == expected
    assert in_group("/read", photo=SIZES) == expected
    assert in_group("look", photo=SIZES) is None
    assert in_group("@digits_bot 407", photo=SIZES) == expected


def test_in_a_group_digits_correct_as_a_reply_to_the_bot_or_with_a_mention() -> None:
    answer = message("407", by=BOT, chat=GROUP) | {"message_id": 2}
    photo = message(by=ADA, photo=SIZES, chat=GROUP) | {"message_id": 2}
    expected = TextSent(-100, 3, Sender(7, "Ada L"), False, "4 0 7", 2)
    assert in_group("4 0 7", reply_to_message=answer) == expected
    assert in_group("@digits_bot 4 0 7", reply_to_message=photo) == expected
    assert in_group("4 0 7", reply_to_message=photo) is None


@pytest.mark.parametrize("text", ["hello", "/help@another_bot", "/unknown", "@another_bot hi"])
def test_in_a_group_the_bot_keeps_out_of_the_rest(text: str) -> None:
    assert in_group(text) is None
