"""The command line: what serves in a process of its own, as people run it; what ends in this one.

A process takes a second to start, so each kind of ending is seen in a real one once.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image, ImageDraw
from sqlalchemy import Connection, Engine, event

from digitbot import main
from model.database import Database
from model.dataset import Dataset
from model.settings import PROJECT, Settings
from tests.bot_api import BotApi
from tests.patience import PATIENCE
from tests.ports import free_port

PROGRAM = [sys.executable, "-m", "digitbot"]


@pytest.fixture
def environment(empty_database: Database) -> dict[str, str]:
    """Nothing set but a database of this test's own; whatever .env says counts as not set."""
    unset = {name.upper(): "" for name in Settings.__dataclass_fields__}
    return {
        **os.environ,
        **unset,
        "DATABASE_URL": empty_database.url,
        "PYTHONPATH": str(PROJECT),
        "OPENBLAS_NUM_THREADS": "1",
    }


def run(environment: dict[str, str], *words: object) -> Result:
    """Run a command in this process."""
    used: set[Engine] = set()

    def note(connection: Connection) -> None:
        used.add(connection.engine)

    event.listen(Engine, "engine_connect", note)
    result = CliRunner(env=environment).invoke(main, list(map(str, words)), prog_name="digitbot")
    event.remove(Engine, "engine_connect", note)
    for engine in used:
        engine.dispose()  # as the end of a process does
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def start(environment: dict[str, str], *words: object) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    return subprocess.run(
        [*PROGRAM, *map(str, words)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def draw_seven(path: Path) -> Path:
    image = Image.new("RGB", (400, 400), "white")
    ImageDraw.Draw(image).line(
        [(110, 90), (290, 95), (180, 320)], fill=(20, 20, 60), width=16, joint="curve"
    )
    image.save(path)
    return path


def test_help_names_every_command(environment: dict[str, str]) -> None:
    shown = run(environment, "--help").stdout
    names = "run bot admin read train evaluate freeze export verify retrain promote rollback"
    for command in [*names.split(), "upgrade", "demo", "doctor", "import"]:
        assert f"  {command} " in shown


def test_read_gives_one_json_object_a_line(environment: dict[str, str], tmp_path: Path) -> None:
    photo = draw_seven(tmp_path / "seven.png")
    blank = tmp_path / "blank.png"
    Image.new("RGB", (300, 300), "white").save(blank)
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    result = start(environment, "read", "--json", photo, broken, blank, tmp_path / "missing.jpg")
    assert result.returncode == 1
    seven, bad, nothing, missing = map(json.loads, result.stdout.splitlines())
    assert (seven["file"], seven["text"]) == (str(photo), "7")
    (digit,) = seven["digits"]
    assert digit["digit"] == 7
    assert 0.5 < digit["confidence"] <= 1
    assert np.abs(np.array(digit["box"]) - [102, 82, 298, 328]).max() < 12
    assert set(bad) == {"file", "error"}
    assert nothing == {"file": str(blank), "text": "", "digits": []}
    assert "No such file" in missing["error"]


def test_read_explains_a_photo_in_a_picture(environment: dict[str, str], tmp_path: Path) -> None:
    photo, picture = draw_seven(tmp_path / "seven.png"), tmp_path / "way.png"
    result = run(environment, "read", "--explain", picture, photo)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith(f"{photo}: 7 (")
    with Image.open(picture) as drawn:
        assert drawn.width > 800


def test_a_wrong_setting_is_one_line_that_names_it(environment: dict[str, str]) -> None:
    result = start({**environment, "ADMIN_PORT": "http"}, "upgrade")
    assert result.returncode == 1
    assert result.stderr.startswith("Error: ADMIN_PORT")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["bot", "admin"])
def test_an_old_database_is_refused_with_the_command(
    environment: dict[str, str], command: str
) -> None:
    environment["TELEGRAM_BOT_TOKEN"] = "1:abc"
    result = run(environment, command)
    assert result.exit_code == 1
    assert "run `digitbot upgrade`" in result.stderr


def test_the_bot_alone_needs_a_token(environment: dict[str, str]) -> None:
    result = run(environment, "bot")
    assert result.exit_code == 1
    assert "TELEGRAM_BOT_TOKEN is missing" in result.stderr


def test_upgrade_twice_and_doctor(environment: dict[str, str]) -> None:
    before = run(environment, "doctor")
    assert before.exit_code == 1
    assert "WRONG The database is at revision none" in before.stdout
    assert "(was empty)" in run(environment, "upgrade").stdout
    assert run(environment, "upgrade").exit_code == 0
    after = run(environment, "doctor")
    assert after.exit_code == 0, after.stdout
    assert "The bot is off" in after.stdout


def test_doctor_asks_telegram_whose_token_it_is(environment: dict[str, str]) -> None:
    run(environment, "upgrade")
    with BotApi() as api:
        environment |= {"TELEGRAM_API_URL": api.url, "TELEGRAM_BOT_TOKEN": api.token}
        assert "The token is that of @" in run(environment, "doctor").stdout
        environment["TELEGRAM_BOT_TOKEN"] = "1:wrong"
        result = run(environment, "doctor")
    assert result.exit_code == 1
    assert "does not know this TELEGRAM_BOT_TOKEN" in result.stdout
    assert "1:wrong" not in result.stdout + result.stderr


def test_an_empty_version_is_exported_verified_and_read_back(
    environment: dict[str, str], tmp_path: Path
) -> None:
    run(environment, "upgrade")
    out = tmp_path / "samples.npz"
    nothing = run(environment, "export", "--format", "npz", "--out", out)
    assert (nothing.exit_code, "run `digitbot freeze`" in nothing.stderr) == (1, True)
    assert run(environment, "freeze").stdout == "1\n"
    result = run(environment, "export", "--version", "1", "--format", "npz", "--out", out)
    assert result.exit_code == 0, result.stderr
    assert len(Dataset.load(out)) == 0
    assert f"{out} is whole: digitbot npz, version 1" in run(environment, "verify", out).stdout
    out.write_bytes(out.read_bytes()[:-1])
    broken = run(environment, "verify", out)
    assert (broken.exit_code, "is cut off" in broken.stderr) == (1, True)


def test_retraining_needs_samples_and_rolling_back_a_promotion(
    environment: dict[str, str],
) -> None:
    run(environment, "upgrade")
    for command, words in (
        (["retrain"], "holds no labelled sample for training"),
        (["promote", "abc"], "There are no weights whose fingerprint begins with 'abc'"),
        (["rollback"], "No promotion stands"),
    ):
        result = run(environment, *command)
        assert result.exit_code == 1
        assert words in result.stderr


def wait_for(url: str) -> bytes:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(url) as answer:
                return bytes(answer.read())
        except OSError:
            assert time.monotonic() < end, f"{url} did not answer"
            time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_run_serves_and_stops_at_a_signal(
    environment: dict[str, str], number: signal.Signals
) -> None:
    port = free_port()
    with BotApi() as api:
        environment |= {"TELEGRAM_API_URL": api.url, "TELEGRAM_BOT_TOKEN": api.token}
        environment |= {"ADMIN_PORT": str(port)}
        process = subprocess.Popen(
            [*PROGRAM, "run"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            assert json.loads(wait_for(f"http://127.0.0.1:{port}/healthz"))
            api.wait_call("getUpdates", lambda call: True)
            process.send_signal(number)
            process.send_signal(number)
            output, _ = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert process.returncode == 0, output
    assert f"The admin page is at http://127.0.0.1:{port}/, password for this run: " in output
    assert api.token not in output


def test_without_a_token_run_says_how_to_get_one(environment: dict[str, str]) -> None:
    port = free_port()
    process = subprocess.Popen(
        [*PROGRAM, "run"],
        env={**environment, "ADMIN_PORT": str(port), "ADMIN_PASSWORD": "swordfish"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert b"Draw" in wait_for(f"http://127.0.0.1:{port}/try")
        process.terminate()
        output, _ = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert process.returncode == 0, output
    assert "The bot is off: in Telegram, send /newbot to @BotFather" in output
    assert "swordfish" not in output


def test_a_port_in_use_is_one_sentence(environment: dict[str, str]) -> None:
    run(environment, "upgrade")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        environment["ADMIN_PORT"] = str(taken.getsockname()[1])
        result = start(environment, "admin")
    assert result.returncode == 1
    assert "set ADMIN_HOST and ADMIN_PORT to something free" in result.stderr


def test_the_database_is_made_where_the_setting_says(
    environment: dict[str, str], empty_database: Database
) -> None:
    run(environment, "upgrade")
    empty_database.require_newest()


def test_the_bot_alone_logs_as_json_and_serves_its_metrics(environment: dict[str, str]) -> None:
    port = free_port()
    run(environment, "upgrade")
    with BotApi() as api:
        environment |= {"TELEGRAM_API_URL": api.url, "TELEGRAM_BOT_TOKEN": api.token}
        environment |= {"LOG_FORMAT": "json", "METRICS_TOKEN": "w", "METRICS_PORT": str(port)}
        process = subprocess.Popen(
            [*PROGRAM, "bot"], env=environment, stderr=subprocess.PIPE, text=True
        )
        try:
            ann = api.sender()
            ann.text("hi")
            ann.wait_answer()
            address = f"http://127.0.0.1:{port}/metrics"
            watcher = urllib.request.Request(address, headers={"Authorization": "Bearer w"})
            with urllib.request.urlopen(watcher) as answer:
                metrics = answer.read().decode()
            with pytest.raises(urllib.error.HTTPError, match="401"):
                urllib.request.urlopen(address)
            api.wait_confirmed()
            process.terminate()
            _, log = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert 'digitbot_inbox{state="waiting"}' in metrics
    lines = [json.loads(line) for line in log.splitlines()]
    (update,) = [line for line in lines if "update_id" in line]
    assert update["kind"] == "TextSent"
    assert 0 < update["seconds"] < PATIENCE
