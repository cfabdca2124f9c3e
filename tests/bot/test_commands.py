"""Commands about what is kept and taught, over real HTTP."""

import io
import json
import zipfile
from typing import IO

import pytest

from bot.languages import ENGLISH, LANGUAGES
from bot.parcels import Parcels
from model.database import Database
from model.limits import block
from tests.bot.chosen_reader import made_photo
from tests.bot.running import RunningBot
from tests.bot_api import BotApi, Sender


@pytest.mark.usefixtures("bot")
class TestStats:
    def test_says_what_the_sender_alone_has_taught(self, api: BotApi, ann: Sender) -> None:
        ann.command("/stats")
        assert ann.wait_answer().text.endswith(ENGLISH.stats_unchecked)
        answer = ann.wait_answer(to=ann.photo(made_photo("407")))
        bob = api.sender(name="Bob", language_code="de")
        bob.wait_answer(to=bob.photo(made_photo("1")))
        ann.wait_answer(to=ann.reply(answer, "401"))
        ann.command("/stats")
        stats = ann.wait_answer(lambda m: m.text.startswith(ENGLISH.stats[:20]))
        expected = ENGLISH.stats.format(photos=1, digits=3, confirmed=2, corrected=1)
        assert stats.text == f"{expected}\n\n{ENGLISH.stats_agreement.format(percent=67)}"
        bob.command("/stats")
        german = LANGUAGES["de"].stats.format(photos=1, digits=1, confirmed=0, corrected=0)
        bob.wait_answer(lambda m: m.text.startswith(german))

    @pytest.mark.parametrize("command", ["/stats", "/mydata"])
    def test_is_not_told_to_a_group(self, api: BotApi, command: str) -> None:
        member = api.sender(name="Ann", chat_id=-500)
        member.command(f"{command}@{api.state.me['username']}")
        assert member.wait_answer().text == ENGLISH.only_in_private


@pytest.mark.parametrize("days", [None, 1, 30])
def test_privacy_says_how_long_originals_are_kept(
    api: BotApi, ann: Sender, stopped_bot: RunningBot, days: int | None
) -> None:
    uli = api.sender(name="Uli", language_code="de")
    with stopped_bot.running(keep_originals_days=days):
        for sender, texts in ((ann, ENGLISH), (uli, LANGUAGES["de"])):
            sender.command("/privacy")
            told = sender.wait_answer().text
            for count, words in ((1, texts.originals_go_one), (30, texts.originals_go)):
                assert (words.format(days=count) in told) == (days == count)
            assert texts.privacy.partition("{")[0] in told
            assert "{" not in told


@pytest.mark.usefixtures("bot")
class TestMyData:
    def test_sends_everything_of_the_sender_alone(self, api: BotApi, ann: Sender) -> None:
        bob = api.sender(name="Bob")
        bob.wait_answer(to=bob.photo(made_photo("8")))
        photo = made_photo("7")
        answer = ann.wait_answer(to=ann.photo(photo))
        ann.press(answer, "4")
        ann.wait_answer(lambda m: "Saved" in m.text)
        ann.command("/mydata")
        parcel = ann.wait_answer(lambda m: bool(m.document))
        assert parcel.text == ENGLISH.mydata.format(number=1)
        assert parcel.now.file_name == "digitbot-1.zip"
        archive = zipfile.ZipFile(io.BytesIO(parcel.document))
        (told,) = json.loads(archive.read("photos.json"))
        assert archive.read(told["file"]) == photo
        assert [event["label"] for event in told["digits"][0]["labels"]] == [4]
        you = json.loads(archive.read("you.json"))
        assert (you["you"]["name"], you["telegram_number"]) == ("Ann", ann.user_id)
        (message,) = you["messages_being_handled"]  # the very one that asks for it
        assert message["body"]["message"]["text"] == "/mydata"

    def test_is_split_where_telegram_takes_no_more(
        self, api: BotApi, ann: Sender, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Parcels, "largest", 1)
        for digits in ("1", "2", "3"):
            ann.wait_answer(to=ann.photo(made_photo(digits)))
        ann.command("/mydata")
        last = ann.wait_answer(lambda m: m.now.file_name == "digitbot-3.zip")
        parcels = [m for m in api.messages(ann.chat_id) if m.document]
        assert [m.now.file_name for m in parcels] == [f"digitbot-{n}.zip" for n in (1, 2, 3)]
        assert last.text == ENGLISH.mydata.format(number=3)

    def test_goes_on_with_the_file_that_failed(
        self, api: BotApi, ann: Sender, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Parcels, "largest", 1)
        for digits in ("1", "2"):
            ann.wait_answer(to=ann.photo(made_photo(digits)))
        pack, packed = Parcels.pack, []

        def fail_once(self: Parcels, user_id: int, after: int, file: IO[bytes]) -> int | None:
            packed.append(after)
            if len(packed) == 2:
                api.faults.error("sendDocument", 500, "Internal Server Error")
            return pack(self, user_id, after, file)

        monkeypatch.setattr(Parcels, "pack", fail_once)
        ann.command("/mydata")
        ann.wait_answer(lambda m: m.now.file_name == "digitbot-2.zip")
        assert len(packed) == 3
        assert packed[1] == packed[2]
        names = [m.now.file_name for m in api.messages(ann.chat_id) if m.document]
        assert names == ["digitbot-1.zip", "digitbot-2.zip"]

    def test_of_who_sent_nothing_there_is_nothing(self, ann: Sender) -> None:
        ann.command("/mydata")
        assert ann.wait_answer().text == ENGLISH.nothing_kept

    def test_is_open_to_the_blocked(self, api: BotApi, ann: Sender, database: Database) -> None:
        with database.write() as session:
            block(session, int(api.token.split(":")[0]), ann.user_id)
        ann.command("/mydata")
        parcel = ann.wait_answer(lambda m: bool(m.document))
        archive = zipfile.ZipFile(io.BytesIO(parcel.document))
        assert json.loads(archive.read("you.json"))["blocked"]["user_id"] == ann.user_id


class TestDeveloperInfo:
    def test_is_what_the_setting_says(self, ann: Sender, stopped_bot: RunningBot) -> None:
        with stopped_bot.running(developer_info="Ada Lovelace\n<ada@example.org>"):
            ann.command("/developer_info")
            assert ann.wait_answer().text == "Ada Lovelace\n<ada@example.org>"

    def test_without_one_says_so(self, api: BotApi, stopped_bot: RunningBot) -> None:
        uli = api.sender(name="Uli", language_code="de")
        with stopped_bot.running():
            uli.command("/developer_info")
            assert uli.wait_answer().text == LANGUAGES["de"].no_developer_info
