"""Albums: each photo stored once, all of them answered by one message, each corrected alone."""

import random
import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.languages import ENGLISH
from model.database import Database
from model.tables import AlbumPhoto, InboxState, InboxUpdate, Photo, Sample
from tests.bot.bot_process import bot_process
from tests.bot.chosen_reader import made_photo
from tests.bot.running import RunningBot
from tests.bot.timing import FAST
from tests.bot_api import BotApi, Message, Sender
from tests.patience import wait_until


def send(sender: Sender, *readings: str, group: str = "13500") -> list[Message]:
    """Send an album of photos with these digits."""
    return [
        sender.photo(made_photo(digits, serial=number), media_group_id=group)
        for number, digits in enumerate(readings)
    ]


def answer_of(sender: Sender, photos: list[Message], lines: int) -> Message:
    """Wait until an album's answer lists so many photos."""
    return sender.wait_answer(lambda m: f"\n{lines}. " in f"\n{m.text}", photos[0])


def labels(database: Database) -> list[int | None]:
    with database.read() as session:
        return list(session.scalars(select(Sample.label).order_by(Sample.id)))


def answers(api: BotApi, sender: Sender) -> list[Message]:
    """Return all messages of the bot but the question for consent."""
    return [m for m in api.messages(sender.chat_id) if m.text != ENGLISH.ask_with_photo]


def test_one_message_lists_every_photo_in_order(
    api: BotApi, ann: Sender, stopped_bot: RunningBot, database: Database
) -> None:
    with stopped_bot.running(replace(FAST, album=1.5)):
        photos = send(ann, "7", "40", "", "123", "5")
        answer = answer_of(ann, photos, 5)
        ann.wait_answer(lambda m: m.text == ENGLISH.ask_with_photo)
        assert answer.text.splitlines() == [
            "1. 7, 98 % sure",
            "2. 40, 98 % sure",
            "3. no digit found",
            "4. 123, 98 % sure",
            "5. 5, 98 % sure",
            "",
            ENGLISH.album_hint,
        ]
        assert [text for text, _ in answer.buttons] == [
            *("1: 7", "2: 40", "4: 123", "5: 5"),
            "✓ All right",
        ]
        assert answers(api, ann) == [answer]
        assert len(answer.versions) == 1, "it waits for all of them"
        assert sum(m.text == ENGLISH.ask_with_photo for m in api.messages(ann.chat_id)) == 1
        wait_until_all_is_done(database)
        with database.read() as session:
            assert session.scalars(select(Photo.reply_message_id)).all() == [answer.message_id] * 5


@pytest.mark.parametrize("count", [2, 10])
def test_the_smallest_and_the_largest_album_have_one_answer(
    api: BotApi, ann: Sender, stopped_bot: RunningBot, count: int
) -> None:
    with stopped_bot.running(replace(FAST, album=1.5)):
        photos = send(ann, *"7405123968"[:count])
        answer = answer_of(ann, photos, count)
        lines = answer.text.splitlines()
        for number, (digit, line) in enumerate(zip("7405123968"[:count], lines, strict=False), 1):
            assert line.startswith(f"{number}. {digit},")
        assert answers(api, ann) == [answer]


@pytest.mark.usefixtures("bot")
class TestOneAnswer:
    def test_two_albums_and_a_single_photo_have_an_answer_each(
        self, api: BotApi, ann: Sender
    ) -> None:
        first = send(ann, "1", "2", group="1")
        single = ann.photo(made_photo("3"))
        second = send(ann, "4", "5", "6", group="2")
        assert ann.wait_answer(to=single).text == "3, 98 % sure"
        answer_of(ann, first, 2)
        answer_of(ann, second, 3)
        assert len(answers(api, ann)) == 3

    def test_late_photos_change_it(self, api: BotApi, ann: Sender, database: Database) -> None:
        photos = send(ann, "7", "40")
        answer = answer_of(ann, photos, 2)
        photos += send(ann, "123", "9")
        assert answer_of(ann, photos, 4) is answer
        assert "3. 123," in answer.text
        assert answers(api, ann) == [answer]
        wait_until_all_is_done(database)
        with database.read() as session:
            assert set(session.scalars(select(Photo.reply_message_id))) == {answer.message_id}

    def test_a_late_photo_is_answered_even_if_the_answer_was_deleted(
        self, api: BotApi, ann: Sender
    ) -> None:
        photos = send(ann, "7", "40")
        old = answer_of(ann, photos, 2)
        old.deleted = True
        send(ann, "123")
        new = answer_of(ann, photos, 3)
        assert new is not old
        assert answers(api, ann) == [new]

    def test_a_photo_delivered_again_changes_nothing(
        self, api: BotApi, ann: Sender, database: Database
    ) -> None:
        photos = send(ann, "7", "40")
        answer = answer_of(ann, photos, 2)
        assert ann.last_update_id is not None
        api.resend(ann.last_update_id)
        api.inject({"message": photos[0].as_json()}, ann.chat_id)
        ann.sticker()
        ann.wait_answer(lambda m: m.text == ENGLISH.other_kinds["sticker"])
        assert answers(api, ann)[0] is answer
        assert len(answers(api, ann)) == 2
        with database.read() as session:
            assert session.scalar(select(func.count()).select_from(AlbumPhoto)) == 2

    def test_what_cannot_be_read_is_said_in_a_reply_to_it(self, ann: Sender) -> None:
        files = [
            ann.document(data, "a.png", "image/png", media_group_id="1")
            for data in (made_photo("7"), made_photo("7")[:200], made_photo("8"))
        ]
        assert "damaged" in ann.wait_answer(to=files[1]).text
        assert answer_of(ann, files, 2).text.splitlines()[:2] == [
            "1. 7, 98 % sure",
            "2. 8, 98 % sure",
        ]

    def test_asked_for_again_it_is_given_again(self, api: BotApi, ann: Sender) -> None:
        photos = send(ann, "7", "40")
        old = answer_of(ann, photos, 2)
        ann.command("/read", reply_to=photos[1])
        new = ann.wait_answer(lambda m: m is not old and "2. 40" in m.text)
        assert answers(api, ann) == [old, new]

    def test_forgetting_one_forgets_the_album(
        self, ann: Sender, database: Database, api: BotApi
    ) -> None:
        answer = answer_of(ann, send(ann, "7", "40"), 2)
        ann.command("/forget")
        question = ann.wait_answer(lambda m: m.text == ENGLISH.forget)
        ann.press(question, "Yes")
        ann.wait_answer(lambda m: m is question and m.text == ENGLISH.forgotten)
        with database.read() as session:
            assert session.scalar(select(func.count()).select_from(AlbumPhoto)) == 0
        assert api.wait_callback_answer(ann.press(answer, "1: 7"))["text"] == ENGLISH.gone

    def test_in_a_group_each_photo_asked_for_has_its_own(self, api: BotApi) -> None:
        ann = api.sender(name="Ann", chat_id=-500)
        asked, other = (
            ann.photo(made_photo(digits), caption, media_group_id="1")
            for digits, caption in (("7", f"@{api.state.me['username']}"), ("8", None))
        )
        assert ann.wait_answer(to=asked).text == "7, 98 % sure"
        ann.command("/read", reply_to=other)
        assert ann.wait_answer(to=other).text == "8, 98 % sure"


@pytest.mark.usefixtures("bot")
class TestCorrections:
    @pytest.fixture
    def photos(self, ann: Sender) -> list[Message]:
        return send(ann, "7", "40", "")

    @pytest.fixture
    def answer(self, ann: Sender, photos: list[Message]) -> Message:
        answer = answer_of(ann, photos, 3)
        ann.wait_answer(lambda m: m.text == ENGLISH.ask_with_photo)
        return answer

    def test_one_digit_is_two_taps(
        self, api: BotApi, ann: Sender, answer: Message, database: Database
    ) -> None:
        before = answer.text, answer.rows
        ann.press(answer, "1: 7")
        ann.wait_answer(lambda m: m.text.startswith("Photo 1 of 3\n\n7, 98 % sure"))
        query = ann.press(answer, "4")
        assert api.wait_callback_answer(query)["text"] == "Saved: 4"
        ann.wait_answer(lambda m: "1. 4, saved\n" in m.text and "24 hours" in m.text)
        assert labels(database) == [4, None, None]
        assert [text for text, _ in answer.buttons][:2] == ["✓ 1: 4", "2: 40"]
        ann.press(answer, "Undo")
        ann.wait_answer(lambda m: (m.text, m.rows) == before)
        assert labels(database) == [None, None, None]

    def test_of_several_digits_one_is_picked(
        self, ann: Sender, answer: Message, database: Database
    ) -> None:
        ann.press(answer, "2: 40")
        ann.wait_answer(lambda m: m.text.startswith("Photo 2 of 3"))
        ann.press(answer, "0")
        ann.wait_answer(lambda m: m.text == "Digit 2 of 2: I read 0. Which one is it?")
        ann.press(answer, "6")
        ann.wait_answer(lambda m: m.text.startswith("Photo 2 of 3\n\n46\n\nSaved so far: ·6"))
        ann.press(answer, "« All photos")
        ann.wait_answer(lambda m: "2. 46, saved in part" in m.text)
        ann.press(answer, "2: 46")
        ann.wait_answer(lambda m: m.text.startswith("Photo 2"))
        ann.press(answer, "All right")
        ann.wait_answer(lambda m: "2. 46, saved\n" in m.text)
        assert labels(database) == [None, 4, 6]

    def test_all_are_confirmed_with_one_tap_and_taken_back(
        self, api: BotApi, ann: Sender, answer: Message, database: Database
    ) -> None:
        query = ann.press(answer, "All right")
        assert api.wait_callback_answer(query)["text"] == ENGLISH.toast_all_saved
        ann.wait_answer(lambda m: "1. 7, saved\n2. 40, saved\n3. no" in m.text)
        assert labels(database) == [7, 4, 0]
        assert "✓ All right" not in [text for text, _ in answer.buttons]
        ann.press(answer, "Undo")
        ann.wait_answer(lambda m: "1. 7, 98 % sure" in m.text)
        assert labels(database) == [None, None, None]

    def test_a_text_corrects_the_photo_it_replies_to(
        self, ann: Sender, photos: list[Message], answer: Message, database: Database
    ) -> None:
        saved = ann.wait_answer(to=ann.reply(photos[1], "47"))
        assert "47" in saved.text
        ann.wait_answer(lambda m: m is answer and "2. 47, saved" in m.text)
        assert labels(database) == [None, 4, 7]
        ann.press(saved, "Undo")
        ann.wait_answer(lambda m: m is saved and m.text == ENGLISH.undone)
        ann.wait_answer(lambda m: m is answer and "2. 40, 98 % sure" in m.text)

    @pytest.mark.parametrize("to", ["the answer", "nothing"])
    def test_a_text_that_says_no_photo_is_asked_which(
        self, ann: Sender, answer: Message, to: str, database: Database
    ) -> None:
        text = ann.text("47", answer if to == "the answer" else None)
        assert ann.wait_answer(to=text).text == ENGLISH.which_photo
        assert labels(database) == [None, None, None]

    def test_a_text_to_the_answer_is_about_the_photo_it_shows(
        self, ann: Sender, answer: Message, database: Database
    ) -> None:
        ann.press(answer, "2: 40")
        ann.wait_answer(lambda m: m.text.startswith("Photo 2 of 3"))
        ann.wait_answer(to=ann.reply(answer, "47"))
        ann.wait_answer(lambda m: m is answer and "2. 47, saved" in m.text)
        assert labels(database) == [None, 4, 7]

    def test_another_person_can_correct_nothing(
        self, api: BotApi, ann: Sender, answer: Message, database: Database
    ) -> None:
        mallory = api.sender(name="Mallory", chat_id=ann.chat_id)
        for data in ("photo:1", "album:1", "right:1", "restore:1:1", "label:1:9", "pick:2"):
            query = mallory.press_data(answer, data)
            assert api.wait_callback_answer(query)["text"] == ENGLISH.not_yours
        assert labels(database) == [None, None, None]

    def test_forged_and_old_presses_are_answered(
        self, api: BotApi, ann: Sender, answer: Message
    ) -> None:
        for data, expected in (
            ("photo:999", ENGLISH.gone),
            ("right:1:2", ENGLISH.unknown_button),
            ("photo:3", ""),  # it holds no digit: the list stays
            ("restore:1:999", ENGLISH.toast_undone),
        ):
            query = ann.press_data(answer, data)
            assert api.wait_callback_answer(query).get("text", "") == expected
        ann.press_data(answer, "photo:2", inaccessible=True)
        ann.wait_answer(lambda m: m is answer and m.text.startswith("Photo 2"))


def test_killed_again_and_again_every_photo_is_stored_once_and_listed(
    api: BotApi, database: Database, tmp_path: Path
) -> None:
    chance = random.Random(5)
    people = [api.sender(name=f"Person {n}") for n in range(3)]
    albums = [(sender, send(sender, *"123456", group="1")) for sender in people]
    log = tmp_path / "log"
    for _ in range(2):
        with bot_process(api, database.url, log) as bot:
            some = min(len(api.calls_of("download")) + 3, 18)  # it may be killed late
            wait_until(lambda some=some: len(api.calls_of("download")) >= some)
            time.sleep(chance.uniform(0, 0.4))
            bot.kill()
    late = [sender.photo(made_photo("7"), media_group_id="1") for sender in people]
    with bot_process(api, database.url, log):
        for sender, photos in albums:
            answer = answer_of(sender, photos, 7)
            assert answer.text.splitlines()[:7] == [f"{n}. {n}, 98 % sure" for n in range(1, 8)]
        wait_until_all_is_done(database)
    sent = sorted((p.chat_id, p.message_id) for _, album in albums for p in album)
    sent = sorted(sent + [(p.chat_id, p.message_id) for p in late])
    with database.read() as session:
        stored = session.execute(select(Photo.chat_id, Photo.message_id)).all()
        unanswered = select(func.count()).where(Photo.reply_message_id.is_(None))
        assert session.scalar(unanswered) == 0
    assert sorted(tuple(row) for row in stored) == sent


def wait_until_all_is_done(database: Database) -> None:
    def all_done() -> bool:
        with database.read() as session:
            return set(session.scalars(select(InboxUpdate.state))) == {InboxState.DONE}

    wait_until(all_done)


def test_cut_off_after_sending_it_is_not_sent_once_for_each_photo(
    api: BotApi, ann: Sender, stopped_bot: RunningBot
) -> None:
    api.faults.lose_answer("sendMessage", times=1)
    with stopped_bot.running():
        photos = send(ann, "7", "40", "5")
        answer_of(ann, photos, 3)
        wait_until_all_is_done(stopped_bot.database)
    assert len(answers(api, ann)) == 2
