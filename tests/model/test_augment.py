from dataclasses import fields

import numpy as np
import pytest

from model.augment import Bank, Distortion, distorted, draw_evenly, enlarge, warp_basis
from model.dataset import Dataset

EVERYTHING = Distortion(12, 0.2, 0.15, 1.5, 1.0, 0.7, altered=0.5)


def drawn(count=40, seed=0, classes=10):
    """Bars of random place and width on black, with soft edges."""
    rng = np.random.default_rng(seed)
    images = np.zeros((count, 28, 28), np.uint8)
    for image in images:
        x, width = rng.integers(8, 15), rng.integers(2, 5)
        image[6:22, x : x + width] = 255
        image[6:22, x - 1] = 100
    return Dataset(images, (np.arange(count) % classes).astype(np.uint8), classes=classes)


def copies(bank, plan):
    out = np.empty((plan.images.size, 784), np.float32)
    bank.copy(plan, out)
    return out.reshape(-1, 28, 28)


def one_group(distortion, seed=0, strength=1.0):
    bank = Bank([(drawn(8), distortion, 1.0)], group=8)
    plan = bank.plan(np.random.default_rng(seed), strength)
    originals = bank.sources[0][0].images[plan.images.ravel()] / 255
    return copies(bank, plan), originals


def centre(images):
    """Mean place of the ink, x and y for each image."""
    mass = images.sum(axis=(1, 2))
    grid = np.arange(28)
    return np.stack([(images.sum(axis=axis) * grid).sum(axis=1) / mass for axis in (1, 2)], axis=1)


def test_an_undistorted_copy_is_the_very_image():
    """Both from the bank as it is without any distortion, and from an enlarged one."""
    data = drawn(40)
    for bank in (
        Bank([(data, Distortion(), 1.0)], 8),
        Bank([(data, Distortion(), 1.0), (data, EVERYTHING, 1.0)], 8),
    ):
        plan = bank.plan(np.random.default_rng(0))
        still = (plan.images < 40).all(axis=1)
        found = copies(bank, plan).reshape(len(plan), 8, 28, 28)[still]
        assert still.sum() == 5
        assert found * 255 == pytest.approx(data.images[plan.images[still]])


def test_enlarging_keeps_every_pixel_at_its_centre():
    images = np.random.default_rng(0).integers(0, 256, (3, 28, 28), dtype=np.uint8)
    large = enlarge(images, 3)
    assert large.shape == (3, 84, 84)
    assert (large[:, 1::3, 1::3] == images).all()


@pytest.mark.parametrize("name", ["rotation", "shear", "scale", "shift", "bend", "thickness"])
def test_each_distortion_changes_images_and_keeps_them_like_themselves(name):
    size = {"rotation": 15, "scale": 0.2, "shear": 0.3}.get(name, 1.0)
    found, originals = one_group(Distortion(**{name: size}, altered=1.0), seed=1)
    assert found.shape == originals.shape
    assert found.min() >= 0
    assert found.max() <= 1
    change = np.abs(found - originals).mean()
    assert 0.001 < change < 0.12
    assert np.corrcoef(found.ravel(), originals.ravel())[0, 1] > 0.5


def test_a_shift_moves_the_ink_and_nothing_else():
    for seed in range(5):
        found, originals = one_group(Distortion(shift=3.0), seed)
        moved = centre(found) - centre(originals)
        assert np.abs(moved).max() <= 3.0 + 1 / 6
        assert moved == pytest.approx(np.broadcast_to(moved[0], moved.shape), abs=0.2)
        assert found.sum() == pytest.approx(originals.sum(), rel=0.05)


def test_thickness_goes_both_ways():
    ratios = []
    for seed in range(12):
        found, originals = one_group(Distortion(thickness=2.0, altered=1.0), seed)
        ratios.append(found.sum() / originals.sum())
        assert np.abs(centre(found) - centre(originals)).max() < 0.4
    assert min(ratios) < 0.9
    assert max(ratios) > 1.1


def test_scaling_down_a_distortion_leaves_less_of_it():
    assert EVERYTHING.scaled(0) == Distortion(altered=0.5)
    half = EVERYTHING.scaled(0.5)
    for part in fields(Distortion):
        share = 1 if part.name == "altered" else 0.5
        assert getattr(half, part.name) == getattr(EVERYTHING, part.name) * share
    found, originals = one_group(EVERYTHING, strength=0.0)
    assert found == pytest.approx(originals)


def test_bends_have_the_size_they_are_given():
    basis = warp_basis()[3:]
    fields_of = np.random.default_rng(0).standard_normal((4000, len(basis))) @ basis
    assert fields_of.std() == pytest.approx(1, abs=0.03)


def test_a_plan_gives_the_same_copies_whole_or_in_parts():
    bank = Bank([(drawn(64), EVERYTHING, 1.0)], group=4)
    plan = bank.plan(np.random.default_rng(5))
    whole = copies(bank, plan)
    parts = [copies(bank, plan.part(slice(at, at + 3))) for at in range(0, 16, 3)]
    assert (np.concatenate(parts) == whole).all()
    again = copies(bank, bank.plan(np.random.default_rng(5)))
    assert (again == whole).all()
    other = copies(bank, bank.plan(np.random.default_rng(6)))
    assert not np.allclose(other, whole)


def test_sources_are_mixed_by_their_shares():
    main, few, none = drawn(80), drawn(6, seed=1), drawn(11, seed=2, classes=11)
    bank = Bank([(main, EVERYTHING, 1.0), (few, EVERYTHING, 0.5), (none, EVERYTHING, 0.1)], 4)
    plan = bank.plan(np.random.default_rng(0))
    counts = np.bincount(plan.images.ravel(), minlength=97)
    assert (counts[:80] == 1).all()  # every image of the first once
    assert counts[80:86].sum() == 40
    assert counts[80:86].max() - counts[80:86].min() <= 1  # the few in turn
    assert counts[86:].sum() == 8
    sources = np.digitize(plan.images, [80, 86])
    assert (sources == sources[:, :1]).all()  # a group shares one warp, so one source
    assert (np.diff(sources[:, 0]) != 0).sum() > 3  # mixed, not one after the other


def test_gentle_sources_stay_gentle():
    data = drawn(64)
    bank = Bank([(data, EVERYTHING, 1.0), (data, Distortion(), 1.0)], 8)
    plan = bank.plan(np.random.default_rng(0))
    found = copies(bank, plan) * 255
    same = [
        np.allclose(copy, data.images[index % 64])
        for copy, index in zip(found, plan.images.ravel(), strict=True)
    ]
    assert (np.array(same) == (plan.images.ravel() >= 64)).all()


def test_indices_come_evenly():
    chosen = draw_evenly(7, 24, np.random.default_rng(0))
    counts = np.bincount(chosen, minlength=7)
    assert set(counts) == {3, 4}


def test_a_data_set_is_copied_with_its_labels_as_often_as_asked():
    data = drawn(64)
    same = distorted(data, Distortion(), 3)
    assert len(same) == 3 * 64
    known = {(i.tobytes(), label) for i, label in zip(data.images, data.labels, strict=True)}
    assert {
        (i.tobytes(), label) for i, label in zip(same.images, same.labels, strict=True)
    } == known
    bent = distorted(data, EVERYTHING, 1)
    assert not any(image.tobytes() == kept for image in bent.images for kept, _ in known)
