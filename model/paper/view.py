"""How the page lies before the camera: perspective, desk, paper edge, fingers."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from model.paper.scene import Color, Floats, Scene, clouds, condition, cut_noise

Matrix = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def homography(source: Floats, target: Floats) -> Matrix:
    """Return the 3×3 matrix that maps four points (4×2) onto four others."""
    rows = []
    for (x, y), (u, v) in zip(source.tolist(), target.tolist(), strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y])
    solution = np.linalg.solve(np.array(rows), target.reshape(-1).astype(np.float64))
    return np.append(solution, 1).reshape(3, 3)


def lay_down(scene: Scene, target: Floats, ground: Image.Image | None) -> None:
    """Show the page with its corners (from top left, clockwise) at `target`, 4×2, on a ground."""
    width, height = scene.width, scene.height
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    back = homography(target, corners)
    back /= back[2, 2]
    shown = scene.page.transform(
        (width, height),
        Image.Transform.PERSPECTIVE,
        tuple(back.reshape(-1)[:8]),
        Image.Resampling.BILINEAR,
        fillcolor=scene.paper,
    )
    forth = homography(corners, target)
    points = np.concatenate([scene.quads, np.ones((*scene.quads.shape[:2], 1))], axis=2) @ forth.T
    scene.quads = (points[..., :2] / points[..., 2:]).astype(np.float32)
    if ground is None:
        scene.page = shown
        return
    fine = 2
    outline = Image.new("L", (width * fine, height * fine))
    ImageDraw.Draw(outline).polygon([tuple(point) for point in (target * fine).tolist()], fill=255)
    sheet = outline.reduce(fine)
    shadow = sheet.reduce(4).filter(ImageFilter.BoxBlur(3)).resize(sheet.size)
    drop = max(2, width // 150)
    dark = Image.new("L", sheet.size)
    dark.paste(shadow, (drop, drop))
    ground.paste((8, 8, 10), (0, 0), dark.point([level // 2 for level in range(256)]))
    ground.paste(shown, (0, 0), sheet)
    scene.page = ground


def desk_top(scene: Scene) -> Image.Image:
    """Return what the page lies on: wood, cloth or plain, mostly dark."""
    rng = scene.rng
    colors: list[Color] = [(66, 44, 30), (28, 27, 30), (112, 82, 56), (60, 64, 72), (150, 146, 140)]
    color = colors[int(rng.integers(len(colors)))]
    kind = rng.integers(3)
    if kind == 0:
        grain = cut_noise("streak", scene.height, scene.width, rng, 8)
    elif kind == 1:
        grain = cut_noise("soft", scene.height, scene.width, rng, 6)
    else:
        grain = scene.enlarge(clouds(scene.height // 6 + 2, scene.width // 6 + 2, rng)) * 8
    levels = Image.fromarray((grain + 128).astype(np.uint8))
    channels = [
        levels.point([min(255, max(0, level - 128 + base)) for level in range(256)])
        for base in color
    ]
    return Image.merge("RGB", channels)


@condition("view")
def perspective(scene: Scene, strength: float) -> None:
    """Photographed from a side; the page still fills the picture."""
    pull = scene.rng.uniform(0.0, 0.25 * strength, (4, 2)).astype(np.float32)
    lay_down(scene, frame_corners(scene, -pull * keep_inside(scene)), None)


@condition("view")
def desk(scene: Scene, strength: float) -> None:
    """The whole sheet on a desk, seen a little from the side."""
    inset = scene.rng.uniform(0.03, 0.06 + 0.12 * strength, (4, 2)).astype(np.float32)
    lay_down(scene, frame_corners(scene, inset), desk_top(scene))


@condition("view")
def paper_edge(scene: Scene, strength: float) -> None:
    """One edge of the sheet, or two, within the picture."""
    inset = np.full((4, 2), -0.02, np.float32)
    first = int(scene.rng.integers(4))
    for side in {first, (first + int(scene.rng.integers(2))) % 4}:
        depth = scene.rng.uniform(0.02, 0.05 + 0.12 * strength, 2)
        axis = 1 if side % 2 == 0 else 0  # the top and bottom edges move in y
        inset[[side, (side + 1) % 4], axis] = depth
    lay_down(scene, frame_corners(scene, inset), desk_top(scene))


def frame_corners(scene: Scene, inset: Floats) -> Floats:
    """Return the picture's corners moved inwards by shares (4×2, x and y) of its sides."""
    inwards = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]], np.float32)
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    return (corners + inset * inwards) * np.array([scene.width, scene.height], np.float32)


def keep_inside(scene: Scene) -> float:
    """Return 0..1: how far the page may grow before a digit leaves the picture."""
    if len(scene.quads) == 0:
        return 1.0
    boxes = scene.boxes
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    size = np.array([scene.width, scene.height])
    room = float(min((low / size).min(), (1 - high / size).min()))
    return float(np.clip(room / 0.25, 0, 1))


@condition("view")
def fingers(scene: Scene, strength: float) -> None:
    """One to three fingertips that hold the page at its border, beside the digits."""
    step = 4
    skin: Color = [(224, 172, 140), (198, 140, 104), (141, 85, 54), (90, 56, 40)][
        int(scene.rng.integers(4))
    ]
    size = (scene.width // step + 1, scene.height // step + 1)
    mask, shade = Image.new("L", size), Image.new("L", size)
    for _ in range(1 + int(scene.rng.integers(0, 1 + round(2 * strength)))):
        for tip, width in finger_path(scene, strength):
            box = [(tip[0] - width) / step, (tip[1] - width) / step,
                   (tip[0] + width) / step, (tip[1] + width) / step]  # fmt: skip
            ImageDraw.Draw(mask).ellipse(box, fill=255)
            middle = [(box[0] * 2 + box[2]) / 3, (box[1] * 2 + box[3]) / 3,
                      (box[0] + box[2] * 2) / 3, (box[1] + box[3] * 2) / 3]  # fmt: skip
            ImageDraw.Draw(shade).ellipse(middle, fill=255)
    soft = mask.filter(ImageFilter.BoxBlur(1)).resize(scene.page.size, Image.Resampling.BICUBIC)
    light = shade.filter(ImageFilter.BoxBlur(8)).resize(scene.page.size, Image.Resampling.BILINEAR)
    scene.page.paste((int(skin[0] * 0.72), int(skin[1] * 0.66), int(skin[2] * 0.62)), (0, 0), soft)
    both = np.minimum(np.asarray(soft), np.asarray(light))
    scene.paint(both, skin, 0.9)


def finger_path(scene: Scene, strength: float) -> list[tuple[Floats, float]]:
    """Return discs, middle and radius, along a finger that comes in from the border.

    Empty where a digit stands in its way.
    """
    rng = scene.rng
    size = np.array([scene.width, scene.height], np.float32)
    radius = float(rng.uniform(0.05, 0.06 + 0.03 * strength) * size.max())
    side = int(rng.integers(4))
    start = rng.uniform(0.05, 0.95, 2).astype(np.float32)
    start[side % 2] = side // 2
    inwards = (0.5 - start) * 0.5
    inwards[side % 2] = 0.5 - side // 2
    tip = start + inwards * float(rng.uniform(0.05, 0.15 + 0.15 * strength))
    boxes = scene.boxes
    discs = []
    for way in np.linspace(1, -0.4, 12):
        middle = (start + (tip - start) * way) * size
        nearest = np.clip(middle, boxes[:, :2], boxes[:, 2:]) if len(boxes) else None
        if nearest is not None and np.hypot(*(nearest - middle).T).min() < radius * 1.1:
            return []
        discs.append((middle, radius * (0.85 + 0.15 * min(1.0, (1 - way) * 3))))
    return discs
