# The work of chapter 2 as one writes it with PyTorch and matplotlib: the same sizes, steps,
# seeds and number of figures, cell by cell. Cells begin with "# %%".

# %%
import math

import matplotlib.pyplot as plt
import numpy as np
import torch
from lab import Estimate, band, cats, claims, dots, fit, he, record, start
from torch import nn

%matplotlib inline


def watch(plan, position, seed):
    """Trains on black cats, and keeps the moments of what one layer gives."""
    pictures = cats("black", 1500, seed)
    x = torch.from_numpy((2 * pictures.pixels - 1).astype(np.float32))
    labels = torch.from_numpy(pictures.labels)
    network = start(plan(), he, seed)
    moments = []

    def see(_, inputs, output):
        variance, mean = torch.var_mean(output.detach().double(), 0, correction=0)
        moments.append((mean, variance))

    network[position].register_forward_hook(see)
    fit(network, x, labels, 101, 0.01, seed, momentum=0.9)
    return moments


def way(plan, position):
    """How far the means have moved, in standard deviations of the first step."""
    ways = []
    for seed in range(10):
        moments = watch(plan, position, seed)
        mean, variance = moments[0]
        now = torch.stack([mean for mean, _ in moments[::5]])
        ways.append(((now - mean).abs() / variance.sqrt()).mean(1).numpy())
    return [Estimate(step) for step in np.transpose(ways)]


def plain():
    return nn.Sequential(
        nn.Linear(768, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 2)
    )


way_plain = way(plain, 2)
print("moved", way_plain[20])
print("moved_soon", way_plain[4])

# %%
pictures = torch.from_numpy(cats("black", 64, 1).pixels)
layer = start(nn.Sequential(nn.Linear(768, 3)), he, 5).double().requires_grad_(False)
z = layer(pictures)
print(*z.shape, z[:3])

# %%
mu = z.mean(0)
variance = z.var(0, correction=0)
print("mean", mu, "standard deviation", variance.sqrt())

# %%
far = 10_000 + (torch.arange(4096, dtype=torch.float32) / 4096 - 0.5) * math.sqrt(12)
mean = far.sum() / 4096
naive = (far * far).sum() / 4096 - mean * mean
stable = far.var(correction=0)
print("mean of squares minus square of the mean:", naive.item())
print("var:", stable.item())

# %%
x_hat = (z - mu) / (variance + 1e-5).sqrt()
gamma = torch.tensor([1.0, 0.5, 2.0], dtype=torch.float64)
beta = torch.tensor([0.0, 1.0, -1.0], dtype=torch.float64)
y = gamma * x_hat + beta


def describe(name, x):
    print(name, "mean", x.mean(0), "standard deviation", x.std(0, correction=0))


describe("z", z)
describe("x̂", x_hat)
describe("y", y)

# %%
many = torch.from_numpy(cats("black", 2000, 2).pixels)
before = layer(many)
of_many, spread = before.mean(0), before.var(0, correction=0)
after = (before - of_many) / (spread + 1e-5).sqrt()
plt.hist(before[:, 0], 60, alpha=0.5, label="before, z")
plt.hist(after[:, 0], 60, alpha=0.5, label="after, x̂")
plt.xlabel("value in the first channel")
plt.legend()
plt.show()

# %%
back = (variance + 1e-5).sqrt() * x_hat + mu
largest = (back - z).abs().max().item()
print(f"largest difference between input and output: {largest:.1e}")
assert largest < 1e-12

# %%
norm = nn.BatchNorm1d(3, momentum=0.1).double()
steps, running, of_batch = [], [], []
with torch.no_grad():
    for step in range(60):
        batch = layer(torch.from_numpy(cats("black", 64, 100 + step).pixels))
        norm(batch)
        steps.append(step + 1)
        running.append(norm.running_mean[0].item())
        of_batch.append(batch[:, 0].mean().item())
whole = layer(torch.from_numpy(cats("black", 4000, 9).pixels))
truth = whole[:, 0].mean().item()
print("running_mean_error", abs(running[-1] - truth))
plt.plot(steps, of_batch, label="of each batch")
plt.plot(steps, running, label="running")
plt.axhline(truth, label="of 4000 cats")
plt.xlabel("batch")
plt.ylabel("mean of the first channel")
plt.legend()
plt.show()

# %%
for c in range(3):
    mean, variance = norm.running_mean[c].item(), norm.running_var[c].item()
    print(f"y_{c} = {norm.weight[c].item()} · (x_{c} - {mean:.4g}) / √({variance:.4g} + {norm.eps}) + {norm.bias[c].item()}")

# %%
print("running mean after one batch with mean 1:", 0.9 * 0.0 + 0.1 * 1.0)
print("running variance after one batch with variance 2:", 0.9 * 1.0 + 0.1 * 2.0 * 64 / 63)
norm.eval()
with torch.no_grad():
    after = norm(whole)
print("inference on 4000 new cats: mean", after.mean(0), "variance", after.var(0, correction=0))

# %%
running_statistics = claims(
    *[
        ("running-statistics", kind, f"{arm}, 0.1", f"{arm}, 0.01")
        for kind, arm in (
            ("over", "error of the first mean"),
            ("over", "error of the last mean"),
            ("minus", "accuracy"),
        )
    ]
)

# %%
norm = nn.BatchNorm1d(3).double()
x = z.clone().requires_grad_()
y = norm(x)
dy = (3 * z).sin()
y.backward(dy)

# The same by the three equations.
sigma = (z.var(0, correction=0) + norm.eps).sqrt()
x_hat = (z - z.mean(0)) / sigma
dbeta, dgamma = dy.sum(0), (dy * x_hat).sum(0)
dx = norm.weight.detach() / sigma * (dy - dbeta / 64 - x_hat * dgamma / 64)
difference = (dx - x.grad).abs().max().item()
print(f"largest difference between layer and equations: {difference:.1e}")
print("sum of dx in each channel:", x.grad.sum(0))
assert difference < 1e-12


# %%
@torch.no_grad()
def loss(x):
    """The loss whose gradient at the output is `dy`."""
    return (nn.BatchNorm1d(3).double()(x) * dy).sum().item()


hair = 1e-5
for i, c in ((0, 0), (17, 1), (63, 2)):
    up, down = z.clone(), z.clone()
    up[i, c] += hair
    down[i, c] -= hair
    measured, formula = (loss(up) - loss(down)) / (2 * hair), dx[i, c].item()
    print(f"example {i}, channel {c}: measured {measured:+.6f}, formula {formula:+.6f}")
    assert abs(measured - formula) < 1e-6


# %%
def normed():
    return nn.Sequential(
        nn.Linear(768, 64),
        nn.BatchNorm1d(64),
        nn.ReLU(),
        nn.Linear(64, 32),
        nn.BatchNorm1d(32),
        nn.ReLU(),
        nn.Linear(32, 2),
    )


way_normed = way(normed, 4)
print("moved_normed", way_normed[20])
for label, line in (("no norm", way_plain), ("batch norm", way_normed)):
    band(plt.gca(), range(0, 101, 5), line, label)
plt.xlabel("training step")
plt.ylabel("way of the mean [standard deviations]")
plt.legend()
plt.show()

# %%
light, rows = record()["light"], []
for world, arm in (("fog", "contrast"), ("half the light", "gain"), ("negative", "negative")):
    for name, kind in (
        ("no norm", "none"),
        ("batch norm", "bn"),
        ("batch norm, adapted", "adapted"),
        ("no norm, input matched", "rematched"),
    ):
        rows.append((f"{world}, {name}", Estimate(light[f"{arm}, {kind}"])))
print("fog_bn", rows[1][1], "fog_adapted", rows[2][1], "fog_control", rows[3][1])
dots(plt.gca(), rows)
plt.axvline(0.5)
plt.xlabel("accuracy")
plt.show()

# %%
of_light = claims(
    ("light", "minus", "contrast, bn", "contrast, none"),
    ("light", "minus", "gain, bn", "gain, none"),
    ("light", "minus", "contrast, adapted", "contrast, bn"),
    ("light", "minus", "gain, adapted", "gain, bn"),
    ("light", "minus", "contrast, rematched", "contrast, adapted"),
    ("light", "minus", "negative, adapted", "negative, bn"),
)

# %%
arms = {
    "no norm": "none",
    "batch norm": "bn",
    "layer norm": "ln",
    "all 1000 pictures": "adapted",
    "batches of 64": "batches of 64",
    "batches of 16": "batches of 16",
    "16, blended with training": "batches of 16, blended",
    "64 of one class": "batches of 64, one class",
    "one picture": "batches of 1",
    "input matched": "rematched",
}
dots(plt.gca(), [(name, Estimate(record()["coats"][arm])) for name, arm in arms.items()])
plt.axvline(0.5)
plt.xlabel("accuracy on colored coats")
plt.show()

# %%
for worth in (0.0, 16.0, 1e6):
    share = worth / (worth + 16)
    mean, variance = share * 0 + (1 - share) * 3, share * 1 + (1 - share) * 4
    print(f"N = {worth:7.0f}: mean {mean:.2f}, variance {variance:.2f}")

# %%
of_coats = claims(
    ("coats", "minus", "bn", "none"),
    ("coats", "minus", "ln", "none"),
    ("coats", "minus", "adapted", "bn"),
    ("coats", "minus", "rematched", "adapted"),
    ("coats", "minus", "adapted", "source, bn"),
    ("coats", "minus", "batches of 16, blended", "batches of 16"),
    ("coats", "minus", "batches of 64, one class", "batches of 64"),
    ("coats", "value", "batches of 1"),
)

# %%
constant = torch.full((64, 1), 3.0, dtype=torch.float64)
norm = nn.BatchNorm1d(1).double()
nn.init.constant_(norm.weight, 2.0)
nn.init.constant_(norm.bias, 5.0)
assert (norm(constant) == 5.0).all()

# %%
try:
    nn.BatchNorm1d(3).double()(torch.tensor([[0.3, -1.2, 8.0]], dtype=torch.float64))
except ValueError as error:
    print(error)

# %%
norm = nn.BatchNorm1d(3, eps=1e-12).double()
gradients = []
for scale in (1.0, 10.0):
    x = (z * scale).requires_grad_()
    norm(x).backward(dy)
    gradients.append(x.grad)
ratio = (gradients[1][0, 0] / gradients[0][0, 0]).item()
print(f"the gradient shrinks to {ratio:.4f}")
assert abs(ratio - 0.1) < 1e-6
