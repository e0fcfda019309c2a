# The work of chapter 4 as one writes it with PyTorch and matplotlib: the same sizes, steps,
# seeds and number of figures, cell by cell. Cells begin with "# %%".

# %%
import copy
import math

import matplotlib.pyplot as plt
import numpy as np
import torch
from lab import (
    Estimate,
    Ghost,
    Teacher10,
    band,
    claims,
    difference,
    dots,
    fit,
    he,
    inference,
    record,
    start,
)
from torch import nn
from torch.nn import functional as F

%matplotlib inline


def normal(rows, columns, seed):
    return np.random.default_rng(seed).standard_normal((rows, columns))


# 20000 batches of eight, one in each column; the true mean is 0, the variance 1.
batches = normal(8, 20_000, 9)
mu_b, variance_b = batches.mean(0), batches.var(0)
sigma_b = np.sqrt(variance_b)
print("batches_below_half", (variance_b < 0.5).mean())


def chi_squared(q):
    """The density with 7 degrees of freedom, where Γ(7/2) = 15√π/8."""
    return q**2.5 * np.exp(-q / 2) / (2**3.5 * 15 / 8 * math.sqrt(math.pi))


v = np.linspace(0, 3, 300)
plt.hist(variance_b, 60, range=(0, 3), density=True, alpha=0.5, label="20000 batches of 8")
plt.plot(v, 8 * chi_squared(8 * v), label="its law")
plt.xlabel("variance of the batch, σ_B² (the true variance is 1)")
plt.legend()
plt.show()

# %%
sizes = [2, 4, 8, 16, 32, 64, 128, 256]
of_mean, of_variance = [], []
for k, m in enumerate(sizes):
    drawn = normal(m, 2000, 20 + k)
    of_mean.append(drawn.mean(0).std())
    of_variance.append(drawn.var(0).std())
# 2000 epochs over the same 256 examples: the first m of each are a batch.
pool = normal(256, 1, 30)[:, 0]
pool = (pool - pool.mean()) / pool.std()
order = np.argsort(normal(2000, 256, 31), 1)
sums = np.cumsum(pool[order], 1)
of_epoch = [np.sqrt(((sums[:, m - 1] / m) ** 2).mean()) for m in sizes]

# %%
every = np.arange(2, 257)
mean_law, epoch_law = np.sqrt(1 / every), np.sqrt(1 / every * (256 - every) / 255)
variance_law = np.sqrt(2 * (every - 1)) / every
print("mean_at_8", mean_law[6], "mean_at_32", mean_law[30], "variance_at_8", variance_law[6])
for label, points in (
    ("μ_B, simulated", of_mean),
    ("μ_B, from 256 examples", of_epoch),
    ("σ_B², simulated", of_variance),
):
    plt.scatter(sizes, points, label=label)
    print(label, f"{points[2]:.3f} {points[4]:.3f} {points[7]:.3f}")
for label, line in (
    ("law of μ_B", mean_law),
    ("μ_B, of 256", epoch_law),
    ("law of σ_B²", variance_law),
):
    plt.plot(every, line, label=label)
plt.xscale("log")
plt.xlabel("batch size m")
plt.ylabel("standard deviation (σ = 1)")
plt.legend()
plt.show()

# %%
one = normal(256, 2000, 32)
heavy = one * normal(256, 2000, 33)
for name, x, kurtosis in (("normal", one, 3), ("product of two", heavy, 9)):
    simulated, formula = x.std(0).var(), (kurtosis - 1) / (4 * 256)
    print(f"{name:<14} κ = {kurtosis}: simulated {simulated:.4f}, formula {formula:.4f}")


# %%
def noise_of(m, seed):
    drawn = normal(m, 300, seed)
    return drawn.mean(0), 1 / drawn.std(0)


small, large = noise_of(8, 40), noise_of(64, 41)
plt.scatter(*small, label="300 batches of 8")
plt.scatter(*large, label="300 batches of 64")
plt.plot([-1.2, 1.2], [1, 1], label="no noise")
for shift, scale in (small, large):
    print(f"shift {shift.std():.2f}, scale {scale.min():.2f} to {scale.max():.2f}")
plt.xlabel("shift, (μ_B − μ)/σ")
plt.ylabel("scale, σ/σ_B")
plt.legend()
plt.show()


# %%
def gamma_ratio(a, b):
    return math.exp(math.lgamma(a) - math.lgamma(b))


def mean_inverse_sigma(m):
    return math.sqrt(m / 2) * gamma_ratio((m - 2) / 2, (m - 1) / 2)


x_hat = (batches - mu_b) / sigma_b
largest = np.abs(x_hat).max()
for name, exact, seen in (
    ("mean of σ/σ_B", mean_inverse_sigma(8), (1 / sigma_b).mean()),
    ("mean of σ²/σ_B²", 8 / 5, (1 / variance_b).mean()),
    ("largest x̂ possible, and seen", math.sqrt(7), largest),
    ("mean of x̂⁴", 3 * 7 / 9, (x_hat**4).mean()),
):
    print(f"{name:<30} {exact:.4f} {seen:.4f}")
assert largest <= math.sqrt(7)

# Shift and scale turn the batches into their x̂.
rebuilt = (batches - mu_b) * (1 / sigma_b)
assert np.abs(rebuilt - x_hat).max() < 1e-9

# %%
laws = claims(*[("noise-laws", "value", arm) for arm in record()["noise-laws"]])

# %%
print("batch size, relative variance of σ/σ_B, as dropout keeping")
for m in (4, 8, 16, 32, 64, 128):
    relative = m / (m - 3) / mean_inverse_sigma(m) ** 2 - 1
    keep = 1 / (1 + relative)
    assert abs((1 - keep) / keep - relative) < 1e-12
    print(f"{m:>3} {relative:.4f} {100 * keep:.1f}%")


# %%
def gamma_shrinkage(m):
    return math.sqrt(2 / m) * gamma_ratio(m / 2, (m - 1) / 2)


best = (x_hat * batches).sum() / (x_hat * x_hat).sum()
print(f"m = 8, c = 1: best γ over 20000 batches {best:.4f}")
print(f"              exact                     {gamma_shrinkage(8):.4f}")
print(f"              1 − 3/(4m)                {1 - 3 / 32:.4f}")
learned = claims(*[("one-neuron", "value", f"γ, m = {m}") for m in (4, 8, 32)])

# %%
steps = [*range(0, 40, 5), *range(40, 401, 20)]


def noisy_labels(seed):
    """256 examples to train on with 15% of their labels flipped, 2000 clean ones to test on."""
    generator = torch.Generator().manual_seed(seed)
    a, c = torch.randn(20, 20, generator=generator), torch.randn(20, 1, generator=generator)

    def draw(n):
        x = torch.randn(n, 20, generator=generator)
        return x, ((x @ a * (1.5 / math.sqrt(20))).tanh() @ c)[:, 0].gt(0).long()

    (x, y), test = draw(256), draw(2000)
    flipped = torch.rand(256, generator=generator) < 0.15
    return (x, torch.where(flipped, 1 - y, y)), test


def curve(m, seed):
    """Training and test loss, clean, at each of `steps`."""
    (x, y), (x_test, y_test) = noisy_labels(seed)
    norm = (lambda: [Ghost(64, m)]) if m else (lambda: [])
    network = nn.Sequential(
        *[nn.Linear(20, 64), *norm(), nn.ReLU()],
        *[nn.Linear(64, 64), *norm(), nn.ReLU()],
        nn.Linear(64, 2),
    )
    start(network, he, seed)
    losses, looks = [], set(steps)

    def look(step):
        if step in looks:
            logits, logits_test = inference(network, x, x_test)
            test_loss = F.cross_entropy(logits_test, y_test).item()
            losses.append((F.cross_entropy(logits, y).item(), test_loss))

    fit(network, x, y, 401, 0.3, seed, batch=256, look=look)
    return losses


class Curves:
    def __init__(self, m, seeds):
        self.losses = np.array([curve(m, seed) for seed in seeds])
        self.training, self.test = (
            [Estimate(look) for look in self.losses[:, :, of].T] for of in (0, 1)
        )

    def test_at(self, level):
        """The test loss of each seed when its training loss first falls to a level."""
        found = []
        for training, test in np.moveaxis(self.losses, 2, 1):
            k = np.argmax(training <= level)
            assert k > 0
            found.append(np.interp(level, training[[k, k - 1]], test[[k, k - 1]]))
        return np.array(found)


of_4, of_16, of_256, none = [Curves(m, range(10)) for m in (4, 16, 256, None)]
at_400 = len(steps) - 1
for name, of in (("4", of_4), ("16", of_16), ("256", of_256)):
    print(f"test_{name}", of.test[at_400], f"training_{name}", of.training[at_400])
print("none_early", none.test[steps.index(20)])


# %%
def curves(kind):
    for label, of in (("m = 4", of_4), ("m = 16", of_16), ("m = 256", of_256), ("none", none)):
        band(plt.gca(), steps, getattr(of, kind), label)
    plt.xlabel("step")
    plt.ylabel(f"{kind} loss")
    plt.legend()


curves("test")
plt.show()

# %%
curves("training")
plt.yscale("log")
plt.show()

# %%
milestones = [0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5]


def against(arm, base):
    return [difference(arm.test_at(loss), base.test_at(loss)) for loss in milestones]


for label, arm in (("m = 4", of_4), ("m = 16", of_16), ("none", none)):
    gain = against(arm, of_256)
    print(label, "at 0.4:", gain[4], "at 0.2:", gain[0])
    band(plt.gca(), milestones, gain, label)
plt.axhline(0, label="m = 256")
plt.xlabel("training loss (training goes from right to left)")
plt.ylabel("test loss minus that of m = 256")
plt.legend()
plt.show()

# %%
ghost = record()["ghost-batches"]
base = ghost["matched test loss, m = 256"]
arms = ["m = 4", "m = 8", "m = 16", "m = 64", "γ decay", "none"]
dots(
    plt.gca(), [(arm, difference(ghost[f"matched test loss, {arm}"], base)) for arm in arms]
)
plt.xlim(-0.05, 0.02)
plt.axvline(0)
plt.xlabel("test loss at training loss 0.2, minus that of m = 256")
plt.show()

# %%
matched = "matched test loss"
trials = claims(
    ("ghost-batches", "minus", "test loss, m = 4", "test loss, m = 256"),
    ("ghost-batches", "minus", "training loss, m = 4", "training loss, m = 256"),
    ("ghost-batches", "minus", f"{matched}, m = 4", f"{matched}, m = 256"),
    ("ghost-batches", "minus", f"{matched}, m = 16", f"{matched}, m = 256"),
    ("ghost-batches", "minus", f"{matched}, m = 4", f"{matched}, m = 16"),
    ("ghost-batches", "minus", f"{matched}, γ decay", f"{matched}, m = 256"),
    ("ghost-batches", "minus", f"{matched}, m = 256", f"{matched}, none"),
)

# %%
more_256, more_none = Curves(256, range(10, 30)), Curves(None, range(10, 30))
rows = []
for loss in (0.4, 0.2):
    with_norm = np.concatenate([of_256.test_at(loss), more_256.test_at(loss)])
    without = np.concatenate([none.test_at(loss), more_none.test_at(loss)])
    for first in (0, 10, 20):
        ten = slice(first, first + 10)
        name = f"at {loss}, seeds {first} to {first + 9}"
        rows.append((name, difference(with_norm[ten], without[ten])))
    rows.append((f"at {loss}, all thirty", difference(with_norm, without)))
    print(*rows[-1])
dots(plt.gca(), rows)
plt.axvline(0)
plt.xlabel("test loss, m = 256 minus no norm")
plt.show()

# %%
together = record()["dropout-together"]
rows = [(arm, Estimate(values)) for arm, values in together.items()]
print("bn_gain", difference(together["bn"], together["none"]))
for name, estimate in rows:
    print(name, estimate)
dots(plt.gca(), rows)
plt.xlabel("test accuracy")
plt.show()

# %%
side_by_side = claims(
    ("dropout-together", "minus", "bn", "dropout"),
    ("dropout-together", "minus", "both", "bn"),
    ("dropout-together", "minus", "both, statistics anew", "both"),
)

# %%
unit = 2 * normal(200_000, 1, 10) + 1.5
kept = np.where(normal(200_000, 1, 11) > 0, 2.0, 0.0)
measured = unit.var(0) / (unit * kept).var(0)
formula = 4 / ((1.5**2 + 4) / 0.5 - 1.5**2)
print(f"half dropped: exact {formula:.4f}, 200000 draws {measured[0]:.4f}")
shifts = claims(*[("dropout-variance", "value", arm) for arm in record()["dropout-variance"]])

# %%
teacher = Teacher10(0)
(x, y), (x_test, _) = teacher.sample(1000, 0), teacher.sample(2000, 1)
layers, inputs = [], 64
for _ in range(2):
    layers += [nn.Linear(inputs, 100), nn.BatchNorm1d(100), nn.ReLU(), nn.Dropout(0.3)]
    inputs = 100
torch.manual_seed(0)
network = start(nn.Sequential(*layers, nn.Linear(100, 10)), he, 0)
fit(network, x, y, 1500, 0.1, 0)
network.eval()
anew, seen = copy.deepcopy(network), x
with torch.no_grad():
    for layer in anew:
        if isinstance(layer, nn.BatchNorm1d):
            layer.running_mean.copy_(seen.mean(0))
            layer.running_var.copy_(seen.var(0, correction=0))
        seen = layer(seen)
    says, says_anew = network(x_test).argmax(1), anew(x_test).argmax(1)
shift = anew[5].running_var / network[5].running_var
print("second_shift", shift.mean().item(), "second_spread", shift.std(correction=0).item())
print("changed_answers", (says != says_anew).double().mean().item())

# %%
leak, rows = record()["leakage"], []
for name, arm in (("rigged", "one of m"), ("independent", "iid")):
    for mode in ("in training", "in inference"):
        rows.append((f"{name}, {mode}", Estimate(leak[f"m = 4, {arm}, {mode}"])))
    print(name, Estimate(leak[f"m = 4, {arm}, gap"]))
dots(plt.gca(), rows)
plt.xlabel("loss in batches of 4")
plt.show()

# %%
leaks = claims(
    *[("leakage", "minus", f"m = {m}, one of m, gap", f"m = {m}, iid, gap") for m in (4, 16)]
)

# %%
for m in (8, 64):
    penalty = 1 / gamma_shrinkage(m) - 1
    print(f"m = {m:>2}: λ = {penalty:.4f}, 3/(4m) = {0.75 / m:.4f}")
    assert abs(1 / (1 + penalty) - gamma_shrinkage(m)) < 1e-12
    assert abs(penalty * m - 0.75) < 0.13

# %%
for far in (0.01, 1.0, 1e6):
    batch = np.full((10, 1), 5.0)
    batch[3] += far
    x_hat = (batch - batch.mean(0)) / batch.std(0)
    assert abs(x_hat[3, 0] - 3) < 1e-6
    assert abs(x_hat[0, 0] + 1 / 3) < 1e-6

# %%
of_2 = Curves(2, range(3))
two, four = of_2.training[at_400], of_4.training[at_400]
print("training loss after 400 steps: m = 2:", two, "m = 4:", four)
assert two.low > four.high
