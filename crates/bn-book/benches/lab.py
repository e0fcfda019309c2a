"""What the twins share, as `bn-lab` is what the notebooks share: pictures of cats, the
teacher's task, networks and their training, estimates and the record of measurements.

Written with PyTorch and NumPy as one writes such a module for a course. The laws,
sizes and rules are those of `bn-lab`; the random numbers are not.
"""

import json
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from scipy.special import stdtrit
from torch import nn
from torch.nn import functional as F

# Estimates ------------------------------------------------------------------------------


class Estimate:
    """A mean over seeds with its 95% confidence interval."""

    def __init__(self, values):
        values = np.asarray(values, dtype=float)
        half = stdtrit(len(values) - 1, 0.975) * values.std(ddof=1) / np.sqrt(len(values))
        self.mean, self.seeds = values.mean(), len(values)
        self.low, self.high = self.mean - half, self.mean + half

    def __str__(self):
        return f"{self.mean:.4g} [{self.low:.4g}, {self.high:.4g}] ({self.seeds} seeds)"


def difference(a, b):
    return Estimate(np.subtract(a, b))


def ratio(a, b):
    """The geometric mean, with the interval of the logarithm."""
    estimate = Estimate(np.log(a) - np.log(b))
    for end in ("mean", "low", "high"):
        setattr(estimate, end, np.exp(getattr(estimate, end)))
    return estimate


def dots(axes, rows):
    """Estimates as dots with intervals, one row each."""
    middle, low, high = np.array([[e.mean, e.low, e.high] for _, e in rows]).T
    at = np.arange(len(rows))
    axes.errorbar(middle, at, xerr=[middle - low, high - middle], fmt="o")
    axes.set_yticks(at, [name for name, _ in rows])
    axes.invert_yaxis()


def band(axes, x, estimates, label):
    """A line of estimates with a band."""
    middle, low, high = np.array([[e.mean, e.low, e.high] for e in estimates]).T
    (line,) = axes.plot(x, middle, label=label)
    axes.fill_between(x, low, high, color=line.get_color(), alpha=0.3)


# What was measured beforehand -------------------------------------------------------------

RECORD = Path(__file__).resolve().parents[2] / "bn-lab/src/record.jsonl"


@lru_cache
def record():
    lines = map(json.loads, RECORD.read_text().splitlines())
    return {line["experiment"]: dict(line["arms"]) for line in lines}


def claims(*rows):
    """Effects of recorded arms: one arm, the difference of two, or their ratio."""
    effects = []
    for experiment, kind, *arms in rows:
        values = [record()[experiment][arm] for arm in arms]
        effects.append({"value": Estimate, "minus": difference, "over": ratio}[kind](*values))
        print(f"{experiment}: {f' {kind} '.join(arms):<80} {effects[-1]}")
    return effects


# Cats -------------------------------------------------------------------------------------

INNER_EAR, NOSE, DARK = (0.93, 0.62, 0.62), (0.92, 0.48, 0.52), (0.06, 0.05, 0.07)


def hsv(hue, saturation, value):
    k = (np.array([5.0, 3.0, 1.0]) + 6 * np.asarray(hue)[..., None]) % 6
    chroma = np.asarray(saturation)[..., None] * np.clip(np.minimum(k, 4 - k), 0, 1)
    return np.asarray(value)[..., None] * (1 - chroma)


def ellipse(x, y, cx, cy, rx, ry):
    """First-order distance to an ellipse, negative inside."""
    u, v = (x - cx) / rx, (y - cy) / ry
    k = np.sqrt(u * u + v * v)
    return k * (k - 1) / np.maximum(np.sqrt((u / rx) ** 2 + (v / ry) ** 2), 1e-9)


def triangle(x, y, corners):
    nearest, left, right = np.inf, False, False
    for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1]):
        ex, ey, px, py = bx - ax, by - ay, x - ax, y - ay
        t = np.clip((px * ex + py * ey) / (ex * ex + ey * ey), 0, 1)
        nearest = np.minimum(nearest, (px - t * ex) ** 2 + (py - t * ey) ** 2)
        turn = ex * py - ey * px > 0
        left, right = left | turn, right | ~turn
    return np.where(left & right, 1, -1) * np.sqrt(nearest)


def coats_of(coat, n, rng):
    """Colors of fur and patch, shape [n, 6]."""
    kind = rng.integers(0, 6, n)
    a, b, c = rng.uniform(-1, 1, (3, n))
    if coat == "black":
        fur = hsv(0.6 + 0.1 * a, 0.10 + 0.05 * b, 0.10 + 0.04 * c)
        return np.concatenate([fur, fur], 1)
    kinds = [
        hsv(0.075 + 0.015 * a, 0.75 + 0.1 * b, 0.93 + 0.06 * c),
        hsv(0.10 + 0.01 * a, 0.30 + 0.08 * b, 0.95 + 0.04 * c),
        hsv(0.60 + 0.05 * a, 0.10 + 0.05 * b, 0.62 + 0.10 * c),
        hsv(0.12 + 0.05 * a, 0.03 + 0.02 * b, 0.96 + 0.03 * c),
        hsv(0.065 + 0.01 * a, 0.58 + 0.08 * b, 0.58 + 0.08 * c),
        hsv(0.12 + 0 * a, 0.04 + 0.02 * a, 0.96 + 0.03 * c),
    ]
    fur = np.choose(kind[:, None], kinds)
    orange = hsv(0.075 + 0.015 * a, 0.72 + 0.1 * b, 0.90 + 0.05 * c)
    return np.concatenate([fur, np.where(kind[:, None] == 5, orange, fur)], 1)


class Pictures:
    """Rows of RGB in [0, 1], labels (1 for a cat), and the coats."""

    def __init__(self, pixels, labels, coats):
        self.pixels, self.labels, self.coats = pixels, labels, coats


def cats(coat, n, seed, size=16):
    """Heads of animals; the shape of the ears is the label, the coat is not.

    The same seed gives the same animals for both coats.
    """
    labels = (np.random.default_rng([seed, 0]).random(n) < 0.5).astype(np.int64)
    coats = coats_of(coat, n, np.random.default_rng([seed, 2]))
    rng = np.random.default_rng([seed, 1])
    low = [-0.13, -0.07, 0.80, -0.18, 0.93, 0.0, 0.18, 0.56, 0.10, 0.13, 0.45, 0.95]
    high = [0.13, 0.13, 1.0, 0.18, 1.07, 1.0, 0.42, 0.84, 0.30, 0.30, 0.70, 1.0]
    pose = rng.uniform(low, high, (n, 12))
    pixels = np.empty((n, size * size, 3))
    # In parts that stay in the cache of the processor.
    for part in range(0, n, 64):
        rows = slice(part, part + 64)
        pixels[rows] = paint(pose[rows], labels[rows], coats[rows], size)
    return Pictures(pixels.reshape(n, -1), labels, coats)


def paint(pose, labels, coats, size):
    cx, cy, scale, tilt, ear = pose[:, :5, None].transpose(1, 0, 2)
    wall, eyes = hsv(*pose[:, 5:8].T), hsv(*pose[:, 9:12].T)
    light = wall + (1 - wall) * pose[:, 8, None]
    at = (np.arange(size) + 0.5) * 2 / size - 1
    py, px = (grid.ravel() for grid in np.meshgrid(at, at, indexing="ij"))
    down = (0.5 * (py + 1))[None, :, None]
    picture = light[:, None] + (wall - light)[:, None] * down

    dx, dy, sin, cos = px - cx, py - cy, np.sin(tilt), np.cos(tilt)
    x, y = (cos * dx + sin * dy) / scale, (cos * dy - sin * dx) / scale
    pixel = np.broadcast_to(2 / size / scale, x.shape)
    # Only what is near the head is painted: flat lists of points from here on.
    head = ellipse(x, y, 0, 0.18, 0.68, 0.57)
    near = (np.abs(x) < 1) & (y < 0.9)
    of = np.nonzero(near)[0]
    x, y, pixel, head = x[near], y[near], pixel[near], head[near]
    ear, cat = np.broadcast_to(ear, near.shape)[near], labels[of] == 1
    side = np.abs(x)
    outer, inner = np.empty_like(x), np.empty_like(x)
    for pointed, who in ((True, cat), (False, ~cat)):
        sx, sy, length = side[who], y[who], ear[who]
        if pointed:
            outer[who] = triangle(sx, sy, [(0.67, 0.16), (0.60, -0.86 * length), (0.07, -0.34)])
            inner[who] = triangle(sx, sy, [(0.56, -0.08), (0.53, -0.62 * length), (0.25, -0.30)])
        else:
            outer[who] = ellipse(sx, sy, 0.50, -0.36 * length, 0.30, 0.30)
            inner[who] = ellipse(sx, sy, 0.48, -0.34 * length, 0.17, 0.17)

    def cover(distance, width=pixel):
        return np.clip(0.5 - distance / width, 0, 1)

    def mix(color, over, share):
        return color + (over - color) * np.asarray(share)[..., None]

    patch = cover(ellipse(x, y, -0.52, -0.25, 0.50, 0.55), 2 * pixel)
    fur = mix(coats[of, :3], coats[of, 3:], patch)
    silhouette = np.minimum(head, outer)
    color = picture[near]
    color = mix(color, mix(fur, (0.05, 0.03, 0.05), 0.55), cover(silhouette))
    color = mix(color, fur, cover(silhouette + 0.07))
    color = mix(color, mix(fur, INNER_EAR, 0.75), cover(inner) * (1 - cover(head)))
    color = mix(color, mix(fur, (1, 0.98, 0.95), 0.22), cover(ellipse(x, y, 0, 0.50, 0.30, 0.20)))
    color = mix(color, DARK, cover(ellipse(side, y, 0.29, 0.14, 0.16, 0.17)))
    color = mix(color, eyes[of], cover(ellipse(side, y, 0.29, 0.14, 0.135, 0.145)))
    color = mix(color, DARK, cover(ellipse(side, y, 0.28, 0.14, 0.04, 0.09)))
    color = mix(color, NOSE, cover(ellipse(x, y, 0, 0.40, 0.10, 0.07)))
    color = mix(color, DARK, 0.7 * cover(ellipse(side, y, 0.10, 0.56, 0.09, 0.03)))
    picture[near] = color
    return picture


# The teacher's task -----------------------------------------------------------------------


class Teacher10:
    """Ten classes: x ~ N(0, I₆₄), y = argmax C tanh(1.5 A x / 8)."""

    def __init__(self, seed):
        self.seed, generator = seed, torch.Generator().manual_seed(seed)
        self.a = torch.randn(64, 64, generator=generator)
        self.c = torch.randn(64, 10, generator=generator)

    def sample(self, n, draw):
        generator = torch.Generator().manual_seed(1 + draw + 65536 * (1 + self.seed))
        x = torch.randn(n, 64, generator=generator)
        return x, ((x @ self.a * (1.5 / 8)).tanh() @ self.c).argmax(1)


# Networks ---------------------------------------------------------------------------------


class Ghost(nn.BatchNorm1d):
    """Batch norm with the statistics of sub-batches of m; every m-th-part of the rows is one."""

    def __init__(self, channels, m):
        super().__init__(channels, track_running_stats=False)
        self.m = m

    def forward(self, x):
        parts = len(x) // self.m
        wide = x.view(self.m, -1)
        weight, bias = self.weight.repeat(parts), self.bias.repeat(parts)
        return F.batch_norm(wide, None, None, weight, bias, True, eps=self.eps).view_as(x)


def start(network, deviation, seed):
    """Normal weights of a deviation that may depend on inputs and outputs; biases 0."""
    generator = torch.Generator().manual_seed(seed)
    for layer in network:
        if isinstance(layer, nn.Linear):
            size = deviation(layer.in_features, layer.out_features)
            nn.init.normal_(layer.weight, std=size, generator=generator)
            nn.init.zeros_(layer.bias)
    return network


def he(inputs, outputs):
    return (2 / inputs) ** 0.5


def xavier(inputs, outputs):
    return (2 / (inputs + outputs)) ** 0.5


def fit(network, x, y, steps, lr, seed, momentum=0.0, decay=0.0, batch=64, weights=None, look=None):
    """Gradient descent in epochs; `look` sees each step before the weights move.

    True unless the loss became infinite or NaN.
    """
    order, batches = None, len(x) // batch
    generator = torch.Generator().manual_seed(seed)
    dense = [layer.weight for layer in network if isinstance(layer, nn.Linear)]
    others = [p for p in network.parameters() if not any(p is w for w in dense)]
    groups = [{"params": dense, "weight_decay": decay}, {"params": others}]
    optimizer = torch.optim.SGD(groups, lr=lr, momentum=momentum)
    network.train()
    for step in range(steps):
        first = step % batches * batch
        if first == 0:
            order = torch.randperm(len(x), generator=generator)
        rows = order[first : first + batch]
        if weights is None:
            loss = F.cross_entropy(network(x[rows]), y[rows])
        else:
            losses = F.cross_entropy(network(x[rows]), y[rows], reduction="none")
            loss = (losses * weights[rows]).mean()
        optimizer.zero_grad()
        loss.backward()
        if not np.isfinite(loss.item()):
            return False
        if look:
            look(step)
        optimizer.step()
    return True


@torch.no_grad()
def inference(network, statistics_of, *on):
    """Logits of some samples, with the precise statistics of the first one."""
    samples = (statistics_of, *on)
    for layer in network:
        if isinstance(layer, nn.BatchNorm1d):
            variance, mean = torch.var_mean(samples[0], 0, correction=0)
            norm = (mean, variance, layer.weight, layer.bias, False, 0.0, layer.eps)
            samples = [F.batch_norm(x, *norm) for x in samples]
        else:
            samples = [layer(x) for x in samples]
    return samples


def accuracy(logits, labels):
    return (logits.argmax(1) == labels).double().mean().item()
