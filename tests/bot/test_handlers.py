"""What people send and what they get, over real HTTP."""

import io

import pytest
from PIL import Image
from sqlalchemy import func, select

from bot.languages import ENGLISH
from model.database import Database
from model.tables import Consent, Contributor, InboxUpdate, Photo, Sample
from tests.bot.chosen_reader import made_photo
from tests.bot_api import BotApi, Message, Sender
from tests.patience import wait_until

pytestmark = pytest.mark.usefixtures("bot")


def labels(database: Database) -> list[int | None]:
    with database.read() as session:
        return list(session.scalars(select(Sample.label).order_by(Sample.id)))


def count(database: Database, table: type[Photo] | type[Contributor] | type[InboxUpdate]) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def texts_of(message: Message) -> list[str]:
    return [text for text, _ in message.buttons]


def press(api: BotApi, sender: Sender, message: Message, button: str) -> str:
    """Press a button and return the note that it is answered with."""
    return str(api.wait_callback_answer(sender.press(message, button)).get("text", ""))


def test_a_photo_gets_one_answer_with_picture_and_buttons(api: BotApi, ann: Sender) -> None:
    photo = ann.photo(made_photo("7"))
    answer = ann.wait_answer(to=photo)
    assert answer.text == "7, 98 % sure"
    assert Image.open(io.BytesIO(answer.photo)).width > 200
    assert texts_of(answer) == ["✓ 7", *"0123456789", "Not a digit"]


def test_a_photo_that_lies_turned_is_answered_with_how_it_was_read(
    api: BotApi, ann: Sender
) -> None:
    answer = ann.wait_answer(to=ann.photo(made_photo("7", turned=1)))
    first, second = answer.text.split("\n")
    assert first == "7, 98 % sure"
    assert second == "I read it turned left by 90 degrees, 88 % sure that this way is up."
    press(api, ann, answer, "4")
    ann.wait_answer(lambda m: m is answer and m.text.startswith("Saved") and "turned" not in m.text)


def test_an_image_sent_as_a_file_is_read(ann: Sender) -> None:
    assert ann.wait_answer(to=ann.document(made_photo("5"), "d.png", "image/png")).text[0] == "5"


def test_one_tap_saves_and_undo_takes_it_back(api: BotApi, ann: Sender, database: Database) -> None:
    answer = ann.wait_answer(to=ann.photo(made_photo("7")))
    ann.wait_answer(lambda m: m.text == ENGLISH.ask_with_photo)
    before = answer.text, answer.rows
    for button, label, saved in (("✓ 7", 7, "7"), ("4", 4, "4"), ("Not a", 10, "not a digit")):
        assert press(api, ann, answer, button) == f"Saved: {saved}"
        ann.wait_answer(lambda m, saved=saved: m is answer and f": {saved}." in m.text)
        assert texts_of(answer) == ["Undo"]
        assert labels(database) == [label]
        assert press(api, ann, answer, "Undo") == "Undone."
        ann.wait_answer(lambda m: m is answer)
        assert (answer.text, answer.rows) == before
        assert labels(database) == [None]


def test_of_several_digits_one_is_picked_and_corrected(
    api: BotApi, ann: Sender, database: Database
) -> None:
    answer = ann.wait_answer(to=ann.photo(made_photo("407")))
    assert texts_of(answer) == ["4", "0", "7", "✓ All right"]
    ann.press(answer, "0")
    ann.wait_answer(lambda m: m.text == "Digit 2 of 3: I read 0. Which one is it?")
    assert "« Back" in texts_of(answer)
    assert press(api, ann, answer, "6") == "Saved: 6"
    ann.wait_answer(lambda m: "Saved so far: ·6·" in m.text)
    assert texts_of(answer) == ["4", "✓6", "7", "✓ All right", "Undo"]
    assert press(api, ann, answer, "All right") == "Saved: 467"
    ann.wait_answer(lambda m: "467" in m.text and "so far" not in m.text)
    assert labels(database) == [4, 6, 7]
    ann.press(answer, "Undo")
    ann.wait_answer(lambda m: "Saved so far: ·6·" in m.text)
    assert labels(database) == [None, 6, None]


def test_where_it_asks_which_of_two_it_is_one_tap_answers(
    api: BotApi, ann: Sender, database: Database
) -> None:
    one = ann.wait_answer(to=ann.photo(made_photo("4", confidence=0.6)))
    assert one.text == "4, but not sure: 4 or 5?"
    assert [text for text, _ in one.rows[0]] == ["4", "5"]
    ann.press_data(one, one.rows[0][1][1])
    ann.wait_answer(lambda m: m is one and "Saved" in m.text)
    several = ann.wait_answer(to=ann.photo(made_photo("407", confidence=0.6)))
    assert several.text.endswith("Not sure of digit 1: 4 or 5?")
    assert [text for text, _ in several.rows[0]] == ["Digit 1: 4", "Digit 1: 5"]
    assert press(api, ann, several, "Digit 1: 5") == "Saved: 5"
    ann.wait_answer(lambda m: m is several and "Saved so far: 5··" in m.text)
    assert texts_of(several) == ["✓5", "0", "7", "✓ All right", "Undo"]
    assert labels(database) == [5, 5, None, None]


def test_back_leaves_everything_as_it_was(ann: Sender, database: Database) -> None:
    answer = ann.wait_answer(to=ann.photo(made_photo("40")))
    rows = answer.rows
    ann.press(answer, "4")
    ann.wait_answer(lambda m: "Which" in m.text)
    ann.press(answer, "Back")
    ann.wait_answer(lambda m: m is answer and m.rows == rows)
    assert labels(database) == [None, None]


@pytest.mark.parametrize("to", ["the answer", "the photo", "nothing"])
def test_a_text_corrects_all_digits_at_once(ann: Sender, database: Database, to: str) -> None:
    photo = ann.photo(made_photo("401"))
    answer = ann.wait_answer(to=photo)
    text = ann.text("4 0 7", {"the answer": answer, "the photo": photo}.get(to))
    saved = ann.wait_answer(to=text)
    assert "407" in saved.text
    assert labels(database) == [4, 0, 7]
    ann.wait_answer(lambda m: m is answer and "407" in m.text)
    ann.press(saved, "Undo")
    ann.wait_answer(lambda m: m is saved and m.text == ENGLISH.undone and not m.buttons)
    ann.wait_answer(lambda m: m is answer and "401" in m.text and "Saved" not in m.text)
    assert labels(database) == [None, None, None]


def test_a_text_with_fewer_digits_leaves_out_what_is_none(ann: Sender, database: Database) -> None:
    answer = ann.wait_answer(to=ann.photo(made_photo("4107")))
    assert "4✗07" in ann.wait_answer(to=ann.reply(answer, "407")).text
    assert labels(database) == [4, 10, 0, 7]


@pytest.mark.parametrize(("read", "words"), [("40", "only 2 digits"), ("4", "only one digit")])
def test_a_text_with_more_digits_is_explained(
    ann: Sender, database: Database, read: str, words: str
) -> None:
    answer = ann.wait_answer(to=ann.photo(made_photo(read)))
    assert words in ann.wait_answer(to=ann.reply(answer, "407")).text
    assert set(labels(database)) == {None}


def test_the_same_press_twice_is_one_label_and_one_undo(
    api: BotApi, ann: Sender, database: Database
) -> None:
    answer = ann.wait_answer(to=ann.photo(made_photo("7")))
    data = answer.find_button("4")[1]
    for query in [ann.press_data(answer, data) for _ in range(3)]:
        assert api.wait_callback_answer(query)["text"] == "Saved: 4"
    ann.wait_answer(lambda m: "Saved" in m.text)
    undo = answer.find_button("Undo")[1]
    for query in [ann.press_data(answer, undo) for _ in range(2)]:
        api.wait_callback_answer(query)
    assert labels(database) == [None]


def test_another_person_can_correct_nothing(api: BotApi, ann: Sender, database: Database) -> None:
    answer = ann.wait_answer(to=ann.photo(made_photo("40")))
    mallory = api.sender(name="Mallory", chat_id=ann.chat_id)
    for action in ("pick:1", "label:1:9", "confirm:1", "back:1", "undo:1:1"):
        query = mallory.press_data(answer, action)
        assert api.wait_callback_answer(query)["text"] == ENGLISH.not_yours
    assert ENGLISH.not_yours in mallory.wait_answer(to=mallory.reply(answer, "99")).text
    assert labels(database) == [None, None]


def test_forged_presses_get_a_friendly_note(api: BotApi, ann: Sender) -> None:
    message = ann.wait_answer(to=ann.photo(made_photo("7")))
    for data, answer in (
        ("label:999:4", ENGLISH.gone),
        ("undo:999:1", ENGLISH.gone),
        ("label:1:99", ENGLISH.unknown_button),
        ("rm -rf", ENGLISH.unknown_button),
        ("forget:1", ENGLISH.not_for_you),
        ("keep:1", ENGLISH.not_for_you),
    ):
        assert api.wait_callback_answer(ann.press_data(message, data))["text"] == answer


def test_buttons_of_a_message_too_old_to_be_shown_still_work(
    ann: Sender, database: Database
) -> None:
    answer = ann.wait_answer(to=ann.photo(made_photo("7")))
    ann.press_data(answer, answer.find_button("4")[1], inaccessible=True)
    ann.wait_answer(lambda m: m is answer and ": 4." in m.text)
    assert labels(database) == [4]


def test_start_asks_and_the_answer_is_kept(api: BotApi, ann: Sender, database: Database) -> None:
    ann.command("/start")
    hello = ann.wait_answer()
    assert [text.split(",")[0] for text in texts_of(hello)] == ["Yes", "No"]
    press(api, ann, hello, "Yes")
    ann.wait_answer(lambda m: m is hello and m.text == ENGLISH.kept and not m.buttons)
    answer = ann.wait_answer(to=ann.photo(made_photo("7")))
    with database.read() as session:
        assert session.scalars(select(Photo.expires_at)).all() == [None]
    assert api.messages(ann.chat_id) == [hello, answer], "who has answered is not asked again"


def test_the_first_photo_asks_once_and_a_later_yes_keeps_it(
    api: BotApi, ann: Sender, database: Database
) -> None:
    answer = ann.wait_answer(to=ann.photo(made_photo("7")))
    ask = ann.wait_answer(lambda m: m.text == ENGLISH.ask_with_photo)
    press(api, ann, answer, "4")
    ann.wait_answer(lambda m: m is answer and "24 hours" in m.text)
    second = ann.wait_answer(to=ann.photo(made_photo("8")))
    press(api, ann, ask, "Yes")
    ann.wait_answer(lambda m: m.text == ENGLISH.kept)
    assert api.messages(ann.chat_id) == [answer, ask, second]
    assert labels(database) == [4, None]
    with database.read() as session:
        assert session.scalars(select(Photo.expires_at)).all() == [None, None]


def test_after_a_no_photos_are_read_but_expire(
    api: BotApi, ann: Sender, database: Database
) -> None:
    ann.command("/start")
    press(api, ann, ann.wait_answer(), "No")
    ann.wait_answer(lambda m: m.text == ENGLISH.not_kept)
    assert "7" in ann.wait_answer(to=ann.photo(made_photo("7"))).text
    with database.read() as session:
        assert session.scalars(select(Photo.expires_at)).one() is not None
        assert session.scalars(select(Contributor.consent)).one() is Consent.NO


def test_forget_deletes_everything_but_only_after_a_yes(
    api: BotApi, ann: Sender, database: Database
) -> None:
    bob = api.sender(name="Bob")
    old = ann.wait_answer(to=ann.photo(made_photo("7")))
    bob.wait_answer(to=bob.photo(made_photo("8")))
    ann.command("/forget")
    question = ann.wait_answer(lambda m: m.text == ENGLISH.forget)
    press(api, ann, question, "No")
    ann.wait_answer(lambda m: m is question and m.text == ENGLISH.not_forgotten)
    assert count(database, Photo) == 2
    ann.command("/forget")
    question = ann.wait_answer(lambda m: m.text == ENGLISH.forget)
    press(api, ann, question, "Yes")
    ann.wait_answer(lambda m: m is question and m.text == ENGLISH.forgotten)
    assert count(database, Photo) == 1
    assert count(database, Contributor) == 1
    assert api.wait_callback_answer(ann.press(old, "4"))["text"] == ENGLISH.gone
    ann.command("/forget")
    ann.wait_answer(lambda m: m.text == ENGLISH.nothing_kept)


def test_commands_are_answered(ann: Sender) -> None:
    for command, words in (
        ("/help", "/read"),
        ("/privacy", "24 hours"),
        ("/read", "Reply"),
        ("/what", "/help"),
    ):
        ann.command(command)
        assert words in ann.wait_answer().text


def test_no_digit_gets_a_hint_and_no_buttons(ann: Sender, database: Database) -> None:
    answer = ann.wait_answer(to=ann.photo(made_photo("")))
    assert answer.text == ENGLISH.no_digit_found
    assert answer.buttons == []
    assert ENGLISH.nothing_to_correct in ann.wait_answer(to=ann.reply(answer, "5")).text


def test_of_a_digit_that_was_taken_for_none_its_sender_may_say_what_it_is(
    ann: Sender, database: Database
) -> None:
    answer = ann.wait_answer(to=ann.photo(made_photo("?7")))
    assert answer.text == ENGLISH.no_digit_found
    with database.read() as session:
        assert session.scalars(select(Photo)).one().samples == []
    assert ENGLISH.nothing_to_correct in ann.wait_answer(to=ann.reply(answer, "55")).text
    saved = ann.wait_answer(to=ann.reply(answer, "1"))
    assert "Saved" in saved.text
    with database.read() as session:
        (sample,) = session.scalars(select(Photo)).one().samples
        assert (sample.label, sample.predicted, sample.due) == (1, 7, True)
    ann.wait_answer(lambda message: message is answer and "Saved" in message.text)
    ann.press(saved, "Undo")
    ann.wait_answer(lambda message: message is answer and "7" in message.text)
    with database.read() as session:
        assert session.scalars(select(Sample)).one().label is None


def bomb() -> bytes:
    file = io.BytesIO()
    Image.new("1", (15_000, 15_000)).save(file, "PNG")
    return file.getvalue()


def test_what_cannot_be_read_gets_a_friendly_sentence(ann: Sender, database: Database) -> None:
    for name, kind, data in (
        ("empty.jpg", "image/jpeg", b""),
        ("text.jpg", "image/jpeg", b"just some words"),
        ("cut.jpg", "image/jpeg", made_photo("7")[:200]),
        ("bomb.png", "image/png", bomb()),
        ("paper.pdf", "application/pdf", b"%PDF-1.7"),
        ("huge.png", "image/png", bytes(20 * 1024 * 1024 + 1)),
    ):
        ann.document(data, name, kind)
        answer = ann.wait_answer()
        assert 10 < len(answer.text) < 200, name
        assert answer.text != ENGLISH.failed
    assert count(database, Photo) == 0


def test_everything_else_gets_a_short_answer(ann: Sender) -> None:
    for send in (
        ann.sticker,
        ann.voice,
        ann.video,
        lambda: ann.text("hi"),
        lambda: ann.text("<b>&" * 1024),
        lambda: ann.text("407"),
    ):
        send()
        assert 20 < len(ann.wait_answer().text) < 200


def test_a_changed_text_is_explained_and_a_changed_caption_passed_over(
    api: BotApi, ann: Sender, database: Database
) -> None:
    photo = ann.photo(made_photo("7"), caption="seven")
    ann.wait_answer(lambda m: m.text == ENGLISH.ask_with_photo)
    ann.edit_caption(photo, "Seven")
    text = ann.text("hi")
    ann.wait_answer()
    ann.edit_text(text, "hello")
    ann.wait_answer(lambda m: m.text == ENGLISH.no_edits)
    assert len(api.messages(ann.chat_id)) == 4
    assert count(database, Photo) == 1


def test_in_a_group_a_photo_is_its_senders(api: BotApi, database: Database) -> None:
    ann, bob = (api.sender(name=name, chat_id=-500) for name in ("Ann", "Bob"))
    photo = ann.photo(made_photo("40"))
    request = bob.command("/read", reply_to=photo)
    answer = bob.wait_answer(to=photo)
    query = bob.press(answer, "All right")
    assert api.wait_callback_answer(query)["text"] == ENGLISH.not_yours
    refusal = bob.wait_answer(to=bob.reply(answer, "99"))
    assert refusal.text == ENGLISH.not_yours
    assert "47" in ann.wait_answer(to=ann.reply(answer, "47")).text
    assert labels(database) == [4, 7]
    assert request not in api.messages(-500)
    with database.read() as session:
        assert session.scalars(select(Contributor.user_id)).all() == [ann.user_id]
        assert session.scalars(select(Photo.expires_at)).one() is not None


def test_in_a_group_nothing_is_kept_of_what_is_not_for_the_bot(
    api: BotApi, ann: Sender, database: Database
) -> None:
    member = api.sender(name="Ann", chat_id=-500)
    body = {"message_id": 9, "date": 1, "chat": {"id": -500, "type": "group", "title": "x"}}
    api.inject({"message": body | {"from": member.user, "text": "gossip"}})
    ann.text("hi")
    ann.wait_answer()

    def is_kept() -> bool:
        with database.read() as session:
            return any("gossip" in text for text in session.scalars(select(InboxUpdate.body)))

    wait_until(lambda: not is_kept())  # the group is served beside Ann
    assert api.messages(-500) == []


def test_hostile_names_and_texts_do_no_harm(api: BotApi, database: Database) -> None:
    name = "<script>'; DROP TABLE photos;-- \u202egnal"
    eve = api.sender(name=name)
    eve.wait_answer(to=eve.photo(made_photo("7"), caption="<b>&lt;"))
    with database.read() as session:
        assert session.scalars(select(Contributor.name)).one() == name


def test_a_sender_who_deleted_the_photo_is_answered_without_a_reply(
    api: BotApi, ann: Sender
) -> None:
    api.faults.slow("getFile", 0.3)
    photo = ann.photo(made_photo("7"))
    photo.deleted = True
    assert ann.wait_answer(lambda m: bool(m.photo)).reply_to is None


def test_a_reply_to_an_answer_that_was_never_noted_is_about_its_own_photo(
    api: BotApi, ann: Sender, database: Database
) -> None:
    api.faults.lose_answer("sendPhoto", chat_id=ann.chat_id)
    first = ann.photo(made_photo("40"))
    ann.wait_answer(lambda m: m.text == ENGLISH.ask_with_photo)
    twice = [m for m in api.messages(ann.chat_id) if m.reply_to is first]
    ann.wait_answer(to=ann.photo(made_photo("12")))
    for answer, digits in zip(twice, ("47", "49"), strict=True):
        assert digits in ann.wait_answer(to=ann.reply(answer, digits)).text
        assert labels(database) == [*map(int, digits), None, None]


def test_a_reply_to_something_else_corrects_no_photo(ann: Sender, database: Database) -> None:
    ann.command("/help")
    help_text = ann.wait_answer()
    ann.wait_answer(to=ann.photo(made_photo("40")))
    ann.reply(help_text, "47")
    ann.wait_answer(lambda m: m.text == ENGLISH.no_photo_to_correct)
    assert labels(database) == [None, None]
