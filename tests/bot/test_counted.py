"""What the bot counts while it works, as a watcher is told it."""

from prometheus_client.parser import text_string_to_metric_families

from bot.languages import ENGLISH
from model.database import Database
from model.metrics import expose
from tests.bot.chosen_reader import made_photo
from tests.bot.running import RunningBot
from tests.bot_api import BotApi, Sender

STAGES = ("download", "read", "store", "answer", "update")


def counted(database: Database) -> dict[tuple[str, str], float]:
    """Return all counts by the metric's name and its label; the process counts for all tests."""
    families = text_string_to_metric_families(expose(database).decode())
    samples = [sample for family in families for sample in family.samples]
    return {(s.name, "".join(s.labels.values())): s.value for s in samples if "le" not in s.labels}


def test_a_photo_its_stages_and_its_fault_are_counted(
    api: BotApi, ann: Sender, stopped_bot: RunningBot, database: Database
) -> None:
    before = counted(database)
    api.faults.error("download")
    with stopped_bot.running():
        ann.wait_answer(to=ann.photo(made_photo("7")))
        ann.wait_answer(lambda m: m.text == ENGLISH.ask_with_photo)
    after = counted(database)
    new = {key: value - before.get(key, 0) for key, value in after.items()}
    assert new["digitbot_photos_total", ""] == 1
    assert new["digitbot_updates_total", "PhotoSent"] == 1
    assert new["digitbot_faults_total", "BrokenDownload"] == 1
    stages = {stage: new["digitbot_stage_seconds_count", stage] for stage in STAGES}
    assert stages == {"download": 2, "read": 1, "store": 1, "answer": 2, "update": 1}
    assert all(new["digitbot_stage_seconds_sum", stage] > 0 for stage in STAGES)
