# The work of chapter 2 as one writes it with PyTorch and matplotlib: the same sizes,
# steps, seeds and number of figures. Cells begin with "# %%". The pictures are drawn
# with NumPy, a face with ears on a coat, as bn-lab draws them in Rust.

# %%
import copy
import math

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn

%matplotlib inline


def cats(count, seed, size=16):
    """Faces on a black coat; label 1 has pointed ears. Pictures as rows of RGB in [0, 1]."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, count)
    y, x = np.mgrid[0:size, 0:size] / (size - 1)
    pictures = np.empty((count, size, size, 3))
    for k in range(count):
        dx, dy = rng.normal(0, 0.03, 2)
        coat = np.clip(0.15 + rng.normal(0, 0.03, 3), 0, 1)
        face = (x - 0.5 - dx) ** 2 + (y - 0.6 - dy) ** 2 < 0.09
        ears = np.zeros_like(face)
        for side in (0.3, 0.7):
            across, up = np.abs(x - side - dx), 0.35 + dy - y
            ears |= (across < 0.12 - up / 2) & (up > 0) if labels[k] else across**2 + up**2 < 0.012
        picture = np.full((size, size, 3), 0.8) + rng.normal(0, 0.05, (size, size, 3))
        picture[face | ears] = coat
        pictures[k] = picture
    return np.clip(pictures, 0, 1).reshape(count, -1), labels


def watch(plan, position, seed):
    """Trains on black cats, and keeps the moments of what one layer sees."""
    pictures, labels = cats(1500, seed)
    x = torch.tensor(2 * pictures - 1, dtype=torch.float32)
    labels = torch.tensor(labels)
    torch.manual_seed(seed)
    network = copy.deepcopy(plan)
    for layer in network:
        if hasattr(layer, "reset_parameters"):
            layer.reset_parameters()
    moments = []

    def see(_, inputs, output):
        z = output.detach().double()
        moments.append((z.mean(0), z.var(0, correction=0)))

    network[position].register_forward_hook(see)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01)
    generator = torch.Generator().manual_seed(seed)
    for _ in range(201):
        batch = torch.randint(0, len(x), (64,), generator=generator)
        loss = nn.functional.cross_entropy(network(x[batch]), labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return moments


def estimate(values):
    """Mean and 95% interval."""
    values = np.asarray(values, dtype=float)
    half = 2.262 * values.std(ddof=1) / math.sqrt(len(values))
    return values.mean(), values.mean() - half, values.mean() + half


def way(plan, position):
    ways = [[] for _ in range(21)]
    for seed in range(10):
        moments = watch(plan, position, seed)
        mean, variance = moments[0]
        for k, (now, _) in zip(range(21), moments[::10]):
            ways[k].append(((now - mean).abs() / variance.sqrt()).mean().item())
    return [estimate(one) for one in ways]


plain = nn.Sequential(nn.Linear(768, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 2))
way_plain = way(plain, 2)
print(f"moved = {way_plain[20]}")

# %%
pictures = torch.tensor(cats(64, 1)[0])
torch.manual_seed(5)
layer = nn.Linear(pictures.shape[1], 3).double()
z = layer(pictures).detach()
print(z.shape, z[:3])

# %%
mu = z.mean(0)
variance = z.var(0, correction=0)
print(mu, variance.sqrt())

# %%
far = 10_000 + (torch.arange(4096, dtype=torch.float32) / 4096 - 0.5) * math.sqrt(12)
mean = far.sum() / 4096
naive = (far * far).sum() / 4096 - mean * mean
stable = far.var(correction=0)
print(naive, stable)

# %%
x_hat = (z - mu) / (variance + 1e-5).sqrt()
gamma, beta = torch.tensor([1.0, 0.5, 2.0]), torch.tensor([0.0, 1.0, -1.0])
y = gamma * x_hat + beta


def describe(name, x):
    print(name, x.mean(0), x.std(0, correction=0))


describe("z", z)
describe("x̂", x_hat)
describe("y", y)

# %%
many = torch.tensor(cats(2000, 2)[0])
before = layer(many).detach()
after = (before - before.mean(0)) / (before.var(0, correction=0) + 1e-5).sqrt()
plt.hist(before[:, 0], 60, alpha=0.5, label="before, z")
plt.hist(after[:, 0], 60, alpha=0.5, label="after, x̂")
plt.legend()
plt.show()

# %%
back = (variance + 1e-5).sqrt() * x_hat + mu
largest = (back - z).abs().max()
print(largest)
assert largest < 1e-12

# %%
norm = nn.BatchNorm1d(3, momentum=0.1).double()
steps, running, of_batch = [], [], []
for step in range(60):
    batch = layer(torch.tensor(cats(64, 100 + step)[0])).detach()
    norm(batch)
    steps.append(step + 1)
    running.append(norm.running_mean[0].item())
    of_batch.append(batch[:, 0].mean().item())
whole = layer(torch.tensor(cats(4000, 9)[0])).detach()
truth = whole[:, 0].mean().item()
plt.plot(steps, of_batch, label="of each batch")
plt.plot(steps, running, label="running")
plt.axhline(truth)
plt.legend()
plt.show()

# %%
print(0.9 * 0.0 + 0.1 * 1.0, 0.9 * 1.0 + 0.1 * 2.0 * 64 / 63)
norm.eval()
after = norm(whole).detach()
print(after.mean(0), after.var(0, correction=0))

# %%
norm = nn.BatchNorm1d(3).double()
x = z.clone().requires_grad_()
y = norm(x)
dy = (3 * z).sin()
y.backward(dy)
sigma = (z.var(0, correction=0) + norm.eps).sqrt()
x_hat = (z - z.mean(0)) / sigma
dbeta, dgamma = dy.sum(0), (dy * x_hat).sum(0)
dx = norm.weight.detach() / sigma * (dy - dbeta / 64 - x_hat * dgamma / 64)
difference = (dx - x.grad).abs().max()
print(difference, x.grad.sum(0))
assert difference < 1e-12


# %%
def total(x):
    return (nn.BatchNorm1d(3).double()(x) * dy).sum().item()


hair = 1e-5
for i, c in [(0, 0), (17, 1), (63, 2)]:
    up, down = z.clone(), z.clone()
    up[i, c] += hair
    down[i, c] -= hair
    measured = (total(up) - total(down)) / (2 * hair)
    print(measured, dx[i, c])
    assert abs(measured - dx[i, c]) < 1e-6

# %%
normed = nn.Sequential(
    nn.Linear(768, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 2)
)
way_normed = way(normed, 4)
for label, ways in (("none", way_plain), ("batch norm", way_normed)):
    middle, low, high = np.array(ways).T
    plt.plot(range(0, 201, 10), middle, label=label)
    plt.fill_between(range(0, 201, 10), low, high, alpha=0.3)
plt.legend()
plt.show()

# %%
for row, value in enumerate([0.55, 0.93, 0.95, 0.94]):
    plt.errorbar([value], [row], xerr=0.02, fmt="o")
plt.axvline(0.5)
plt.show()

# %%
for row, value in enumerate([0.59, 0.62, 0.60, 0.75, 0.74, 0.71, 0.72, 0.6, 0.5, 0.76]):
    plt.errorbar([value], [row], xerr=0.02, fmt="o")
plt.axvline(0.5)
plt.show()

# %%
for worth in (0.0, 16.0, 1e6):
    share = worth / (worth + 16.0)
    print(share * 0 + (1 - share) * 3, share * 1 + (1 - share) * 4)

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
print(ratio)
assert abs(ratio - 0.1) < 1e-6
