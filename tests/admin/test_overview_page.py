import pytest
from flask.testing import FlaskClient

from model import overview
from model.database import Database, utc_now
from model.labels import label_sample
from model.promotions import keep_weights, promote, roll_back
from model.samples import find_kept_sample
from model.tables import Labeller
from tests.filling import Store
from tests.model.test_promotions import made_weights
from tests.patience import wait_until


def test_pictures_and_the_same_numbers_in_tables(
    operator: FlaskClient, store: Store, database: Database
):
    ids = store.photo(store.contributor(5, name="<b>Ann"), [1, 1, 1, 2])
    with database.write() as session:
        for sample_id, label in zip(ids, (1, 7, 1, 2), strict=True):
            label_sample(session, find_kept_sample(session, sample_id), label, Labeller.SENDER)
        label_sample(session, find_kept_sample(session, ids[0]), 1, Labeller.OPERATOR)
        promote(session, keep_weights(session, made_weights(1)))
    page = operator.get("/").text
    assert page.count('<svg class="chart"') == 2
    assert "4 samples</title>" in page  # the bar of today
    assert "<title>promoted 20" in page
    assert "<td>4</td><td>4</td><td>75.0 %</td>" in page
    assert 'href="/samples?label=7&amp;predicted=1"' in page  # a cell leads to its samples
    assert "1 contributor</h2>" in page
    assert "&lt;b&gt;Ann" in page
    assert ">agree</a> on" in page
    assert "Cohen&#39;s kappa" in page or "Cohen's kappa" in page
    cell = operator.get("/samples?label=7&predicted=1").text
    assert f"/samples/{ids[1]}" in cell
    assert f'"/samples/{ids[0]}"' not in cell


def test_a_promotion_that_was_rolled_back_is_marked_as_such(
    operator: FlaskClient, store: Store, database: Database
):
    (sample_id,) = store.photo(store.contributor(5), [1])
    with database.write() as session:
        label_sample(session, find_kept_sample(session, sample_id), 1, Labeller.SENDER)
        promote(session, keep_weights(session, made_weights(1)))
        promote(session, keep_weights(session, made_weights(2)))
        roll_back(session)
    page = operator.get("/").text
    today = f"{utc_now():%Y-%m-%d}"
    assert page.count(f">▼<title>promoted {today}</title>") == 1
    assert page.count(f">▽<title>promoted {today}, rolled back {today}</title>") == 1


def test_an_empty_database_has_no_picture(operator: FlaskClient):
    page = operator.get("/").text
    assert "No samples yet" in page
    assert "<svg class" not in page


def test_no_page_waits_for_the_first_count_of_many(
    operator: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
):
    store.photo(store.contributor(5), [1, 2])
    monkeypatch.setattr(overview, "SMALL", 0)
    with overview.RENEWING:  # as if it took long
        assert "they are being counted" in operator.get("/").text
        assert "they are being counted" in operator.get("/agreement").text
        assert "is being counted" in operator.get("/export?which=all").text
    wait_until(lambda: "they are being counted" not in operator.get("/").text)
    with overview.RENEWING:  # no thread may write into the next test's database
        page = operator.get("/export?which=all").text
    assert "No sample has been labelled by both" in operator.get("/agreement").text
    assert '<span class="figure">2</span> samples, counted' in page
