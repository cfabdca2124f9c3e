from flask.testing import FlaskClient

from model.database import Database
from model.labels import label_sample
from model.samples import find_kept_sample
from model.tables import Labeller
from tests.filling import Store


def test_it_shows_share_kappa_and_the_way_to_the_samples(
    operator: FlaskClient, store: Store, database: Database
):
    assert "No sample has been labelled by both" in operator.get("/agreement").text
    one, two = store.photo(store.contributor(5), [1, 2])
    with database.write() as session:
        for sample_id, sender, decided in ((one, 1, 1), (two, 2, 7)):
            sample = find_kept_sample(session, sample_id)
            label_sample(session, sample, sender, Labeller.SENDER)
            label_sample(session, sample, decided, Labeller.OPERATOR)
    page = operator.get("/agreement").text
    assert "50 %" in page
    assert "0.333" in page
    path = "/samples?sender=2&label=7&status=reviewed"
    assert path.replace("&", "&amp;") in page
    assert f'href="/samples/{two}"' in operator.get(path).text
    assert f'href="/samples/{one}"' not in operator.get(path).text
