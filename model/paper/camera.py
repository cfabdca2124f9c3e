"""Light, lens, sensor and file: what happens to the page on its way into a JPEG."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageFilter

from model.paper.scene import Floats, Scene, clouds, condition, cut_noise

SHADE_STEP = 4
"""Smooth light is computed on every fourth pixel."""

TURNED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""What a camera held that way does to the pixels, for each EXIF orientation."""


def unit_coordinates(scene: Scene, step: int = SHADE_STEP) -> tuple[Floats, Floats]:
    """Return x (1×W) and y (H×1) from -1 to 1 on every `step`-th pixel."""
    x, y = scene.coordinates(step)
    wide, high = np.float32(2 / scene.width), np.float32(2 / scene.height)
    return x * wide - 1, y * high - 1


def distance_to_edge(scene: Scene) -> Floats:
    """Return H×W the signed distance, in pixels, to a line at random through the writing."""
    angle = np.float32(scene.draw(0, 2 * np.pi))
    x, y = scene.coordinates()
    middle = np.array([scene.width, scene.height]) / 2
    if len(scene.quads):
        middle = scene.quads[int(scene.rng.integers(len(scene.quads)))].mean(axis=0)
    slope = (x - np.float32(middle[0])) * np.cos(angle) + (y - np.float32(middle[1])) * np.sin(
        angle
    )
    return np.asarray(slope)


@condition("light")
def uneven_light(scene: Scene, strength: float) -> None:
    """A window to one side, and the soft shadows of what stands around."""
    x, y = unit_coordinates(scene)
    angle = scene.draw(0, 2 * np.pi)
    slope = x * np.float32(np.cos(angle)) + y * np.float32(np.sin(angle))
    patches = clouds(slope.shape[0], slope.shape[1], scene.rng, octaves=2)
    scene.dim(np.exp2(np.float32(0.9 * strength) * (slope + 0.4 * patches) * 0.9).clip(0.2, 1.6))


@condition("light")
def vignette(scene: Scene, strength: float) -> None:
    """Darker towards the corners, around a middle that is not quite the picture's."""
    x, y = unit_coordinates(scene)
    square = (x - scene.draw(-0.3, 0.3)) ** 2 + (y - scene.draw(-0.3, 0.3)) ** 2
    fall = np.float32(0.15 + 0.75 * strength)
    scene.dim((1.1 / (1 + fall * square * 0.8) ** 1.3).astype(np.float32))


@condition("light")
def shadow(scene: Scene, strength: float) -> None:
    """A shadow whose edge runs across the writing: hard, or with a half shade."""
    softness = np.float32(max(1.0, scene.draw(0.002, 0.05) * scene.width * (1.2 - strength)))
    depth = np.float32(0.25 + 0.4 * strength)
    distance = distance_to_edge(scene)
    if scene.rng.random() < 0.5:  # a hand or phone: an edge that bends
        x, _ = scene.coordinates()
        bend = np.sin(x * np.float32(5 / scene.width)) * np.float32(0.05 * scene.width)
        distance = distance + bend
    scene.dim(1 - depth * np.clip(0.5 - distance / (2 * softness), 0, 1))


@condition("light")
def crease(scene: Scene, strength: float) -> None:
    """The page was folded: one side catches more light, and the fold itself shows."""
    distance = distance_to_edge(scene)
    width = np.float32(max(1.0, 0.003 * scene.width))
    reach = np.float32(scene.draw(0.05, 0.2) * scene.width)
    sides = np.sign(distance) * np.exp(-np.abs(distance) / reach)
    fold = np.maximum(1 - np.abs(distance) / width, 0)
    scene.dim((1 + strength * (0.14 * sides - 0.22 * fold)).astype(np.float32))


@condition("light")
def glare(scene: Scene, strength: float) -> None:
    """A flash or lamp mirrored in the paper: a bright spot in which contrast goes down."""
    x, y = unit_coordinates(scene)
    size = scene.draw(0.25, 0.7)
    square = ((x - scene.draw(-0.8, 0.8)) / size) ** 2 + ((y - scene.draw(-0.8, 0.8)) / size) ** 2
    spot = np.float32(60 + 90 * strength) * np.exp(-square).astype(np.float32)
    scene.glare = scene.glare + scene.enlarge(spot)
    scene.light = scene.light * np.float32(1 - 0.25 * strength)  # the camera stops down


@condition("light")
def yellow_lamp(scene: Scene, strength: float) -> None:
    """A warm lamp, at times a cold one."""
    warm = strength * scene.draw(0.6, 1)
    if scene.rng.random() < 0.25:
        scene.lamp = (1 - 0.3 * warm, 1 - 0.1 * warm, 1.0)
    else:
        scene.lamp = (1.0, 1 - 0.16 * warm, 1 - 0.5 * warm)


@condition("light")
def underexposed(scene: Scene, strength: float) -> None:
    """Taken in the dark."""
    scene.light = scene.light * np.float32(1 - 0.68 * strength)


def expose(scene: Scene) -> None:
    """Let the light fall on the page: from the page's colours to the picture's."""
    neutral = scene.light.size == 1 and scene.light[0, 0] == 1 and scene.glare.size == 1
    if neutral and scene.lamp == (1.0, 1.0, 1.0):
        return
    pixels = np.asarray(scene.page, dtype=np.float32) * scene.light[..., None]
    if scene.lamp != (1.0, 1.0, 1.0):
        pixels *= np.array(scene.lamp, np.float32)
    if scene.glare.any():
        pixels += scene.glare[..., None]
    scene.page = Image.fromarray(np.clip(pixels, 0, 255, out=pixels).astype(np.uint8))


@condition("lens")
def focus_blur(scene: Scene, strength: float) -> None:
    """Out of focus: up to some 7 % of a digit's height."""
    radius = max(0.5, 0.045 * strength * scene.digit_height)
    scene.page = scene.page.filter(ImageFilter.BoxBlur(radius)).filter(ImageFilter.BoxBlur(radius))


@condition("lens")
def motion_blur(scene: Scene, strength: float) -> None:
    """The hand moved: smeared along a line."""
    length = max(2.0, 0.16 * strength * scene.digit_height)
    angle = scene.draw(0, np.pi)
    count = int(np.clip(length, 3, 9))
    steps = np.round(
        np.outer(np.linspace(-0.5, 0.5, count) * length, [np.cos(angle), np.sin(angle)])
    )
    steps = np.unique(steps.astype(int), axis=0)
    reach = int(np.abs(steps).max())
    pixels = np.asarray(scene.page)
    padded = np.pad(pixels, ((reach, reach), (reach, reach), (0, 0)), mode="edge")
    total = np.zeros(pixels.shape, np.uint16)
    for dx, dy in steps.tolist():
        total += padded[
            reach + dy : reach + dy + scene.height, reach + dx : reach + dx + scene.width
        ]
    scene.page = Image.fromarray((total // len(steps)).astype(np.uint8))


@condition("lens")
def noise(scene: Scene, strength: float) -> None:
    """The sensor's noise: fine, and in patches of colour where the camera has smoothed it."""
    grain = cut_noise("sensor", scene.height, scene.width, scene.rng, 1.5 + 14 * strength)
    grain += np.asarray(scene.page)
    scene.page = Image.fromarray(np.clip(grain, 0, 255, out=grain).astype(np.uint8))


@condition("file")
def negative(scene: Scene, strength: float) -> None:
    """Light and dark exchanged, as apps for scanning and the dark mode do."""
    del strength  # there is no half negative
    scene.page = scene.page.point([255 - level for level in range(256)] * 3)


@condition("file")
def crop(scene: Scene, strength: float) -> None:
    """Cut so closely that the border runs along a digit, and at full strength into it."""
    if len(scene.quads) == 0:
        return
    boxes = scene.boxes
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    cut = 0.05 * strength * scene.digit_height
    frame = np.array([[0, 0], [scene.width, scene.height]], np.float32)
    tight = np.stack([low + cut, high - cut])
    chosen = scene.rng.random((2, 2)) < 0.35 + 0.4 * strength
    chosen[int(scene.rng.integers(2)), int(scene.rng.integers(2))] = True
    left, top, right, foot = np.where(chosen, tight, frame).round().reshape(-1).astype(int).tolist()
    box = (max(0, left), max(0, top), min(scene.width, right), min(scene.height, foot))
    if box[2] - box[0] >= 8 and box[3] - box[1] >= 8:
        replace_picture(scene, scene.page.crop(box), scene.quads - np.array(box[:2], np.float32))


@condition("file")
def padding(scene: Scene, strength: float) -> None:
    """Someone put the photo on a plain white or black canvas."""
    margin = round(scene.draw(0.05, 0.1 + 0.4 * strength) * max(scene.page.size))
    color = (255, 255, 255) if scene.rng.random() < 0.75 else (0, 0, 0)
    left, top = (round(margin * scene.draw(0.4, 1)) for _ in "xy")
    canvas = Image.new("RGB", (scene.width + left + margin, scene.height + top + margin), color)
    canvas.paste(scene.page, (left, top))
    replace_picture(scene, canvas, scene.quads + np.array([left, top], np.float32))


@condition("file")
def thumbnail(scene: Scene, strength: float) -> None:
    """Sent small: 90 pixels at full strength, as long as each digit keeps 13."""
    side = max(scene.page.size)
    wanted = 240 - 150 * strength
    ratio = min(1.0, max(wanted / side, 13 / scene.digit_height))
    size = (max(1, round(scene.width * ratio)), max(1, round(scene.height * ratio)))
    replace_picture(scene, scene.page.resize(size, Image.Resampling.BOX), scene.quads * ratio)


@condition("file")
def sideways(scene: Scene, strength: float) -> None:
    """Taken with the phone on its side: the pixels are turned, and nothing says so."""
    del strength
    turn_picture(scene, int(scene.rng.choice([1, 3])))


@condition("file")
def upside_down(scene: Scene, strength: float) -> None:
    """The pixels stand on their head, and nothing says so."""
    del strength
    turn_picture(scene, 2)


def turn_picture(scene: Scene, turns: int) -> None:
    """Turn the picture by quarters with the clock."""
    for _ in range(turns):
        height = scene.height
        turned = np.stack([height - scene.quads[..., 1], scene.quads[..., 0]], axis=-1)
        replace_picture(scene, scene.page.transpose(Image.Transpose.ROTATE_270), turned)
    scene.turns = (scene.turns + turns) % 4


@condition("file")
def exif(scene: Scene, strength: float) -> None:
    """The camera was held otherwise, and the file's EXIF says how."""
    scene.orientation = int(
        scene.rng.choice([3, 6, 8] if strength < 0.5 else [2, 3, 4, 5, 6, 7, 8])
    )


@condition("file")
def jpeg(scene: Scene, strength: float) -> None:
    """Compressed, down to quality 20."""
    scene.quality = round(85 - 65 * strength)


def replace_picture(scene: Scene, picture: Image.Image, quads: Floats) -> None:
    """Exchange the picture for one of another size or frame."""
    scene.page, scene.quads = picture, np.asarray(quads, dtype=np.float32)
    scene.width, scene.height = picture.size


def encode(scene: Scene) -> bytes:
    """Return the picture as JPEG, its pixels turned as its EXIF orientation says."""
    picture = scene.page
    method = TURNED[scene.orientation]
    options: dict[str, bytes] = {}
    if method is not None:
        picture = picture.transpose(method)
        tags = Image.Exif()
        tags[0x0112] = scene.orientation
        options["exif"] = tags.tobytes()
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=scene.quality, **options)
    return data.getvalue()
