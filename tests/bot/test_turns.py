"""Several bots share an inbox: each chat is served by one of them, and a dead one's by others."""

import datetime
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from bot import inbox, turns
from bot import worker as bot_worker
from bot.shared_inbox import SharedInbox
from model.database import Database, utc_now
from model.tables import BotWorker, InboxUpdate
from tests.bot.chosen_reader import ChosenReader, made_photo
from tests.bot.running import RunningBot
from tests.bot.timing import FAST
from tests.bot_api import BotApi
from tests.patience import PATIENCE
from tests.ports import free_port


def message(number: int, chat: int) -> dict[str, Any]:
    return {"update_id": number, "message": {"chat": {"id": chat}, "text": str(number)}}


@pytest.fixture
def one(database: Database) -> SharedInbox:
    return known(database)


@pytest.fixture
def two(database: Database) -> SharedInbox:
    return known(database)


def known(database: Database) -> SharedInbox:
    worker = SharedInbox(database, 1, lease=60)
    worker.report()
    return worker


def end_lease(worker: SharedInbox) -> None:
    past = utc_now() - datetime.timedelta(seconds=1)
    with worker.database.write() as session:
        one = update(BotWorker).where(BotWorker.id == worker.worker)
        session.execute(one.values(alive_until=past))


def finish(worker: SharedInbox, row_id: int) -> None:
    with worker.database.write() as session:
        inbox.finish(session, row_id)


def test_a_chat_is_served_by_one_worker_whoever_takes_its_updates(
    one: SharedInbox, two: SharedInbox
) -> None:
    assert len(one.store([message(1, 5)]).ours) == 1
    stored = two.store([message(2, 5), message(3, 6), message(4, 6)])
    assert [place.chat_id for place in stored.ours] == [6, 6]
    assert [place.chat_id for place in stored.left] == [5]
    assert not two.is_work_waiting()
    assert [place.chat_id for place in two.find_work(9)] == [6, 6]


def test_a_turn_is_given_back_once_nothing_is_open(one: SharedInbox, two: SharedInbox) -> None:
    (first,) = one.store([message(1, 5)]).ours
    (second,) = two.store([message(2, 5)]).left
    finish(one, first.row_id)
    assert one.give_back(5) == [second], "stored elsewhere, and now to be seen to here"
    assert two.store([message(3, 5)]).ours == []
    for place in one.find_work(9):
        finish(one, place.row_id)
    assert one.give_back(5) == []
    assert len(two.store([message(4, 5)]).ours) == 1
    assert one.give_back(5) == [], "it is another's now"
    assert not one.store([message(5, 5)]).ours


def test_what_a_dead_worker_left_is_taken_up_in_order_after_its_lease(
    one: SharedInbox, two: SharedInbox
) -> None:
    places = one.store([message(1, 5), message(2, 6), message(3, 5)]).ours
    assert two.report() == 2
    assert two.find_work(9) == []
    end_lease(one)
    assert two.report() == 1
    assert two.is_work_waiting()
    assert two.find_work(9) == places


def test_one_that_was_only_thought_dead_is_known_again_without_its_turns(
    one: SharedInbox, two: SharedInbox
) -> None:
    one.store([message(1, 5)])
    end_lease(one)
    two.report()
    two.find_work(9)
    assert one.report() == 2
    assert one.store([message(2, 5)]).ours == []
    assert len(one.store([message(3, 6)]).ours) == 1


def test_who_ends_leaves_all_to_the_others_at_once(one: SharedInbox, two: SharedInbox) -> None:
    places = one.store([message(1, 5)]).ours
    one.sign_off()
    assert two.find_work(9) == places
    assert two.report() == 1


def test_no_more_is_taken_than_there_is_room_for(one: SharedInbox, two: SharedInbox) -> None:
    one.choose = lambda chats: chats[:1]
    stored = one.store([message(number, 5 + number % 3) for number in range(6)])
    assert {place.chat_id for place in stored.ours} == {5}
    assert one.is_work_waiting()
    assert {place.chat_id for place in two.find_work(1)} == {6}
    assert {place.chat_id for place in one.find_work(1)} == {5, 7}


def test_one_asks_for_updates_and_another_when_it_is_gone(
    one: SharedInbox, two: SharedInbox
) -> None:
    assert one.may_poll()
    assert not two.may_poll()
    assert one.store([], polling=True).polls
    assert not two.store([message(1, 5)], polling=True).polls
    one.sign_off()
    assert two.may_poll()


def test_two_bots_of_one_database_keep_apart(one: SharedInbox, database: Database) -> None:
    other = SharedInbox(database, 2, lease=60)
    assert other.report() == 1
    one.store([message(1, 5)])
    assert len(other.store([message(1, 5)]).ours) == 1
    assert other.may_poll()
    assert one.may_poll()


def test_who_gives_back_sees_what_is_being_stored(one: SharedInbox, two: SharedInbox) -> None:
    """Else a row could come between: stored for whom has just looked, and taken by nobody."""
    (first,) = one.store([message(1, 5)]).ours
    finish(one, first.row_id)
    found: list[inbox.Place] = []
    giver = threading.Thread(target=lambda: found.extend(one.give_back(5)))
    with two.database.write() as session:
        (second,) = inbox.store(session, 1, [message(2, 5)])
        assert turns.take(session, two.worker, 1, [5]) == set()
        giver.start()
        time.sleep(0.1)
        assert giver.is_alive(), "it waits for this transaction"
    giver.join()
    assert found == [second]


@pytest.mark.postgresql
def test_rows_that_another_looks_at_are_passed_by(one: SharedInbox, two: SharedInbox) -> None:
    one.choose = two.choose = lambda chats: []
    first, second = one.store([message(1, 5), message(2, 6)]).left
    with one.database.write() as session:
        row = select(InboxUpdate.id).where(InboxUpdate.id == first.row_id)
        session.execute(row.with_for_update())
        assert two.find_work(9) == [second]


@pytest.fixture
def bots(api: BotApi, database: Database) -> Iterator[list[RunningBot]]:
    """Two bots with a webhook each, and a proxy before them that takes turns."""
    other = Database(database.url)
    yield [RunningBot(api, database), RunningBot(api, other)]
    other.close()


def test_the_photos_of_one_chat_are_answered_in_order_by_two_bots(
    api: BotApi, bots: list[RunningBot]
) -> None:
    ports = [free_port(), free_port()]
    api.webhook.proxies = tuple(f"http://127.0.0.1:{port}" for port in ports)
    hook: dict[str, Any] = {"webhook_url": "http://127.0.0.1/hook", "webhook_secret": "s"}
    people = [api.sender(name=f"Person {number}") for number in range(4)]
    patient = replace(FAST, lease=PATIENCE)  # a busy machine makes nobody seem dead
    with bots[0].running(patient, webhook_port=ports[0], **hook):
        api.wait_call("setWebhook")
        with bots[1].running(patient, webhook_port=ports[1], **hook):
            sent = {
                person.chat_id: [person.photo(made_photo(str(n), serial=n)) for n in range(4)]
                for person in people
            }
            for person in people:
                for photo in sent[person.chat_id]:
                    person.wait_answer(to=photo)
    for chat_id, photos in sent.items():
        answers = [m for m in api.messages(chat_id) if m.photo]
        order = [m.reply_to.message_id for m in answers if m.reply_to]
        assert order == [photo.message_id for photo in photos]


def test_who_came_first_is_answered_first(
    api: BotApi, stopped_bot: RunningBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if somebody new writes as soon as a worker has room."""
    monkeypatch.setattr(bot_worker, "SHARED", 1)
    other = SharedInbox(stopped_bot.database, int(api.token.split(":")[0]), lease=600)
    assert other.report() == 1  # so that the bot is not alone
    people = [api.sender(name=f"Person {number}") for number in range(9)]
    with stopped_bot.running(replace(FAST, share=1.0)):
        sent = [person.photo(made_photo("7")) for person in people[:4]]
        for number, newcomer in enumerate(people[4:]):
            people[number].wait_answer(to=sent[number])
            time.sleep(0.1)  # the answer's own transaction ends
            sent.append(newcomer.photo(made_photo("7")))
        for person, photo in zip(people, sent, strict=True):
            person.wait_answer(to=photo)
    answers = [m for person in people for m in api.messages(person.chat_id) if m.photo]
    answers.sort(key=lambda message: message.now.moment)
    order = [message.chat["id"] for message in answers if message.reply_to in sent]
    assert order == [person.chat_id for person in people]


def test_who_sends_many_holds_up_nobody_who_sends_one(
    api: BotApi, stopped_bot: RunningBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot_worker, "SIDE_BY_SIDE", 1)
    ann, bob = api.sender(name="Ann"), api.sender(name="Bob")
    with stopped_bot.running(reader=ChosenReader(seconds=0.1)):
        sent = [ann.photo(made_photo("7", serial=number)) for number in range(8)]
        ann.wait_answer(to=sent[0])
        bobs = bob.wait_answer(to=bob.photo(made_photo("7")))
        last = ann.wait_answer(to=sent[-1])
    answers = [m for m in api.messages(ann.chat_id) if m.photo]
    assert [m.reply_to for m in answers] == sent, "in order all the same"
    assert len([m for m in answers if m.now.moment < bobs.now.moment]) <= 4
    assert bobs.now.moment < last.now.moment
