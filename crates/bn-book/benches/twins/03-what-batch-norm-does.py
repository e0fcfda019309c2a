# The work of chapter 3 as one writes it with PyTorch and matplotlib: the same sizes, steps,
# seeds and number of figures, cell by cell. Cells begin with "# %%".

# %%
import math

import matplotlib.pyplot as plt
import numpy as np
import torch
from lab import (
    Estimate,
    Teacher10,
    accuracy,
    band,
    claims,
    difference,
    dots,
    fit,
    he,
    inference,
    ratio,
    record,
    start,
    xavier,
)
from torch import nn
from torch.nn import functional as F

%matplotlib inline


def plan(normed, depth, width, shape, seed, deviation=None, scale=1.0):
    """A network for the teacher's task, with batch norm before each `shape` or without."""
    layers, inputs = [], 64
    for _ in range(depth):
        layers.append(nn.Linear(inputs, width))
        if normed:
            layers.append(nn.BatchNorm1d(width))
        layers.append(shape())
        inputs = width
    deviation = deviation or (he if shape is nn.ReLU else xavier)
    network = nn.Sequential(*layers, nn.Linear(inputs, 10))
    return start(network, lambda i, o: scale * deviation(i, o), seed)


# %%
class Watched:
    """What one training shows at every hundredth step."""

    def __init__(self, normed, unit):
        teacher = Teacher10(0)
        (x, y), (x_test, y_test) = teacher.sample(4000, 0), teacher.sample(2000, 1)
        (x_some, y_some), (probe, _) = teacher.sample(1000, 0), teacher.sample(256, 2)
        network = plan(normed, 3, 100, nn.Sigmoid, 0, deviation=lambda i, o: 0.1)
        self.percentiles, self.accuracy, self.in_training = [], [], []

        def look(step):
            if step % 100 == 0:
                with torch.no_grad():
                    z = network[:-2](probe)[:, unit]
                self.percentiles.append(np.percentile(z, [15, 50, 85]))
                of_some, of_test = inference(network, x_some, x_test)
                self.accuracy.append(accuracy(of_test, y_test))
                self.in_training.append(accuracy(of_some, y_some))

        fit(network, x, y, 3001, 0.5, 0, batch=60, look=look)


without, with_norm = Watched(False, 0), Watched(True, 0)


# %%
def three_lines(of):
    for name, line in zip(("15th", "50th", "85th"), np.transpose(of.percentiles)):
        plt.plot(range(0, 3001, 100), line, label=name)
    plt.ylim(-3, 3)
    plt.xlabel("training step")
    plt.ylabel("input of the unit")
    plt.legend()
    plt.show()


three_lines(without)

# %%
three_lines(with_norm)

# %%
drift = claims(
    *[
        ("percentiles", "over", f"{arm}, bn", f"{arm}, none")
        for arm in (
            "drift of the 15th",
            "drift of the 50th",
            "drift of the 85th",
            "relative drift of the 50th",
        )
    ]
)

# %%
# Two units over 400 examples: first they agree, then they disagree.
rng = np.random.default_rng(60)
drawn = rng.standard_normal((400, 2)) @ np.array([[1.0, 0.9], [0.0, 0.4]])
before = (drawn - drawn.mean(0)) / drawn.std(0)
after = before * [1.0, -1.0]
moments = np.sqrt(
    ((before.mean(0) - after.mean(0)) ** 2 + (before.std(0) - after.std(0)) ** 2).sum()
)
directions = np.random.default_rng(61).standard_normal((100, 2))
directions /= np.linalg.norm(directions, axis=1, keepdims=True)
along = np.sort(before @ directions.T, 0) - np.sort(after @ directions.T, 0)
law = np.sqrt((along**2).mean())
print(f"moments have moved by {moments:.3f}, the law has moved by {law:.3f}")
plt.scatter(*before.T, label="before")
plt.scatter(*after.T, label="after")
plt.xlabel("input of the first unit")
plt.ylabel("input of the second unit")
plt.legend()
plt.show()

# %%
arms = {
    "steps of w2": "step of the weights",
    "steps of w2, four layers": "step of the weights of four layers",
    "drift of moments": "drift of the moments",
    "drift of the law": "drift of the law",
}
three, rows = [], []
for shape in ("relu", "tanh"):
    for name, arm in arms.items():
        three.append((f"three-quantities-{shape}", "over", f"{arm}, bn", f"{arm}, none"))
        measured = record()[three[-1][0]]
        rows.append((f"{name}, {shape}", ratio(*(measured[arm] for arm in three[-1][2:]))))
        print(rows[-1][0], rows[-1][1])
dots(plt.gca(), rows)
plt.axvline(1)
plt.xscale("log")
plt.xlabel("batch norm divided by none")
plt.show()

# %%
three_things = claims(*three)


# %%
def steps_of_w2(normed, shape, scale):
    """The mean length of the first 50 steps of w2, ten seeds."""
    lengths = []
    for seed in range(10):
        x, y = Teacher10(seed).sample(3200, 0)
        network, own = plan(normed, 2, 48, shape, seed, scale=scale), []
        second = network[3 if normed else 2]
        fit(network, x, y, 50, 0.1, seed, look=lambda _: own.append(second.weight.grad.norm().item()))
        lengths.append(0.1 * np.mean(own))
    return lengths


scales = [0.25, 0.5, 1.0, 2.0, 4.0]
ratios, spans = [], []
for shape, name in ((nn.ReLU, "ReLU"), (nn.Tanh, "tanh")):
    plain, normed = [], []
    for scale in scales:
        none, bn = steps_of_w2(False, shape, scale), steps_of_w2(True, shape, scale)
        ratios.append(Estimate(np.divide(bn, none)))
        plain.append(Estimate(none))
        normed.append(Estimate(bn))
    for label, line in ((f"none, {name}", plain), (f"bn, {name}", normed)):
        means = [e.mean for e in line]
        spans.append(max(means) / min(means))
        band(plt.gca(), scales, line, label)
print("ratio_relu_half", ratios[1], "ratio_tanh_double", ratios[8])
print("span_none", spans[0], "span_bn", spans[1])
plt.xscale("log")
plt.yscale("log")
plt.xlabel("scale of the starting weights")
plt.ylabel("length of a w2 step")
plt.legend()
plt.show()

# %%
x, y = Teacher10(0).sample(64, 0)
network = plan(True, 2, 48, nn.ReLU, 0).double()
F.cross_entropy(network(x.double()), y).backward()
second = network[3]
of_w2, of_b2 = second.weight.grad.abs().max().item(), second.bias.grad.abs().max().item()
print(f"largest gradient of w2: {of_w2:.0e}, of b2: {of_b2:.0e}")
assert of_b2 < 1e-12

# %%
x = np.random.default_rng(15).standard_normal((64, 5))
target = np.sin(x).sum(1)
first, second = np.random.default_rng(16).standard_normal((5, 3)), np.array([1.0, -0.5, 0.7])
error = x @ first @ second - target
g = (x @ first).T @ error / 64
d_first = x.T @ np.outer(error, second) / 64
moved = first - 0.1 * d_first
g_after = (x @ moved).T @ (x @ moved @ second - target) / 64
a, b = np.linalg.norm(g), np.linalg.norm(g_after)
distance, cosine = np.linalg.norm(g - g_after), g @ g_after / (a * b)
print(f"distance {distance:.4f}, cosine {cosine:.4f}")
# The law of cosines ties the two together.
assert abs(distance**2 - (a * a + b * b - 2 * a * b * cosine)) < 1e-9

# %%
rows = []
for shape in ("relu", "tanh"):
    for layer in ("last", "second"):
        for norm in ("none", "bn"):
            arm = f"cosine of the {layer} layer on 1024, {norm}"
            rows.append((f"{shape}, {layer}, {norm}", Estimate(record()[f"ics-{shape}"][arm])))
print("cosine_none", rows[0][1], "cosine_bn", rows[1][1])
dots(plt.gca(), rows)
plt.xlabel("cosine of G and G′")
plt.show()

# %%
last, second_layer = "of the last layer on 1024", "of the second layer on 1024"
ics = claims(
    ("ics-relu", "minus", f"cosine {last}, bn", f"cosine {last}, none"),
    ("ics-relu", "over", f"L2 {last}, bn", f"L2 {last}, none"),
    ("ics-relu", "minus", f"cosine {second_layer}, bn", f"cosine {second_layer}, none"),
    ("ics-tanh", "minus", f"cosine {last}, bn", f"cosine {last}, none"),
    ("ics-tanh", "over", f"L2 {last}, bn", f"L2 {last}, none"),
    ("ics-tanh", "minus", "loss, bn", "loss, none"),
)

# %%
arms = ["none at 0.3", "noisy none at 0.3", "bn at 0.3", "noisy bn at 0.3"]
arms += ["none at 0.1", "bn at 0.1", "noisy bn at 0.1"]
dots(plt.gca(), [(arm, Estimate(record()["noisy-batch-norm"][arm])) for arm in arms])
plt.axvline(math.log(10))
plt.xlabel("training loss after 500 steps")
plt.show()

# %%
noisy = claims(
    ("noisy-batch-norm", "minus", "noisy bn at 0.3", "none at 0.3"),
    ("noisy-batch-norm", "minus", "noisy bn at 0.3", "bn at 0.3"),
    ("noisy-batch-norm", "minus", "noisy bn at 0.1", "none at 0.1"),
    ("noisy-batch-norm", "value", "noisy none at 0.3 diverged"),
)


# %%
def loss_of(network, x, y):
    return F.cross_entropy(inference(network, x)[0], y).item()


def sprint(normed, rate, seed):
    """The training loss after 300 steps, and ‖w‖² of the first layer at each step."""
    x, y = Teacher10(seed).sample(4000, 0)
    network, squares = plan(normed, 10, 48, nn.ReLU, seed), []
    weight = network[0].weight.detach()
    finished = fit(
        network, x, y, 300, rate, seed, look=lambda _: squares.append(weight.square().sum().item())
    )
    loss = loss_of(network, x, y) if finished else math.inf
    # Written so that NaN counts as guessing.
    return loss if loss < math.log(10) else math.log(10), squares


rates = [0.01, 0.1, 0.3, 1.0, 3.0, 10.0]
for normed, label in ((False, "no norm"), (True, "batch norm")):
    line = [Estimate([sprint(normed, rate, seed)[0] for seed in range(5)]) for rate in rates]
    print(label, *[f"{e.mean:.3f}" for e in line])
    band(plt.gca(), rates, line, label)
plt.axhline(math.log(10), label="guessing")
plt.xscale("log")
plt.xlabel("learning rate")
plt.ylabel("training loss after 300 steps")
plt.legend()
plt.show()

# %%
of_rates = claims(
    ("learning-rate-relu", "over", "largest rate, bn", "largest rate, none"),
    ("learning-rate-relu", "minus", "loss at 0.1, bn", "loss at 0.1, none"),
    ("learning-rate-relu", "minus", "best loss, bn", "best loss, none"),
    ("learning-rate-tanh", "minus", "best loss, bn", "best loss, none"),
    ("learning-rate-wine", "over", "largest rate, bn", "largest rate, none"),
    ("learning-rate-wine", "minus", "best loss, bn", "best loss, none"),
    ("learning-rate-deep", "minus", "diverged at 0.3, none", "diverged at 0.3, bn"),
    ("learning-rate-deep", "minus", "diverged at 1, none", "diverged at 1, bn"),
)

# %%
rows = []
for name in ("landscape-relu", "landscape-relu-12", "landscape-tanh"):
    for examples in (1024, 64):
        arms = [record()[name][f"smoothness on {examples}, {norm}"] for norm in ("bn", "none")]
        rows.append((f"{name}, {examples} examples", ratio(*arms)))
print("smooth", rows[0][1], "rough", rows[-1][1])
dots(plt.gca(), rows)
plt.axvline(1)
plt.xscale("log")
plt.xlabel("β of batch norm divided by β of none")
plt.show()

# %%
landscape = claims(
    *[
        (name, "over", f"{arm}, bn", f"{arm}, none")
        for name, arm in (
            ("landscape-relu", "smoothness on 1024"),
            ("landscape-relu", "smoothness on 64"),
            ("landscape-relu-12", "smoothness on 1024"),
            ("landscape-tanh", "smoothness on 1024"),
            ("landscape-relu", "gradient change on 1024"),
            ("landscape-relu", "loss range on 1024"),
        )
    ]
)

# %%
inputs = torch.from_numpy(np.random.default_rng(12).standard_normal((32, 4)))
wanted = inputs.sin().sum(1)


def unit(w):
    """The mean squared error of one unit behind a batch norm with ε = 0, and its gradient."""
    w = w.clone().requires_grad_()
    z = inputs @ w
    x_hat = (z - z.mean()) / z.var(correction=0).sqrt()
    loss = 0.5 * (x_hat - wanted).square().mean()
    loss.backward()
    return loss.item(), w.grad


w = torch.tensor([0.5, -1.0, 2.0, 0.3], dtype=torch.float64)
loss, g = unit(w)
loss_far_out, far_out = unit(10 * w)
cosine = (w @ g / (w.norm() * g.norm())).item()
print(f"L(10 w) − L(w) {loss_far_out - loss:.0e}, cosine of w and ∇L {cosine:.0e}")
print("∇L(w)   ", g)
print("∇L(10 w)", far_out)
assert (far_out - g / 10).abs().max() < 1e-12
assert abs(loss_far_out - loss) < 1e-12 and abs(cosine) < 1e-12
step = w - 0.7 * g
assert abs(step @ step - (w @ w + 0.7**2 * (g @ g))) < 1e-12

# %%
ends = []
for rate in (0.1, 1.0, 10.0):
    line = rate / np.array(sprint(True, rate, 0)[1])
    ends.append((line[0], line[-1]))
    plt.plot(range(1, len(line) + 1), line, label=f"η = {rate}")
print("apart_at_first", ends[2][0] / ends[0][0], "apart_at_last", ends[2][1] / ends[0][1])
plt.xscale("log")
plt.yscale("log")
plt.xlabel("training step")
plt.ylabel("effective learning rate of layer 1")
plt.legend()
plt.show()


# %%
def loss_with_lengths(held, rate, seed):
    """The training loss of ten ReLU layers with batch norm after 300 steps; with the lengths
    of the hidden weights `held`, or not."""
    x, y = Teacher10(seed).sample(4000, 0)
    network = plan(True, 10, 48, nn.ReLU, seed)
    optimizer = torch.optim.SGD(network.parameters(), lr=rate)
    # Behind the last dense layer, there is no normalization: its length matters.
    hidden = [layer.weight.detach() for layer in network[:30] if isinstance(layer, nn.Linear)]
    lengths = [weight.norm() for weight in hidden]
    for step in range(300):
        rows = slice(64 * (step % 62), 64 * (step % 62 + 1))
        loss = F.cross_entropy(network(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if held:
            for weight, length in zip(hidden, lengths):
                weight *= length / weight.norm()
    return loss_of(network, x, y)


for rate in (0.3, 3.0):
    free = [loss_with_lengths(False, rate, seed) for seed in range(10)]
    held = [loss_with_lengths(True, rate, seed) for seed in range(10)]
    print(rate, Estimate(free), Estimate(held), difference(held, free))

# %%
of_starts = claims(
    ("init-scale", "minus", "×10 diverged, none", "×10 diverged, bn"),
    ("init-scale", "minus", "×0.1, bn", "×0.1, none"),
    ("init-scale", "minus", "×10, bn", "×1, bn"),
)

# %%
rate, decay = 0.1, 0.01
x, y = Teacher10(0).sample(4000, 0)
settled = []
for scale, name in ((0.3, "short start"), (3.0, "long start")):
    network = plan(True, 1, 48, nn.ReLU, 0, scale=scale)
    weight, steps, lengths, unit_gradients = network[0].weight, [], [], []

    def look(step):
        if step % 20 == 0:
            length = weight.detach().square().sum().item()
            steps.append(step)
            lengths.append(length)
            unit_gradients.append(length * weight.grad.square().sum().item())

    fit(network, x, y, 4001, rate, 0, decay=decay, look=look)
    settled.append(math.sqrt(rate * np.mean(unit_gradients[150:]) / (2 * decay)))
    print(f"{name}: {lengths[200]:.1f} at the end, formula {settled[-1]:.1f}")
    plt.plot(steps, lengths, label=name)
print(f"angle per step, formula: {math.sqrt(2 * rate * decay):.4f}")
plt.axhline(np.mean(settled), label="formula")
plt.yscale("log")
plt.xlabel("training step")
plt.ylabel("squared length of the weights")
plt.legend()
plt.show()

# %%
of_scale = claims(
    ("scaled-weights", "value", "change of the loss"),
    ("scaled-weights", "over", "gradient, weights × 10", "gradient"),
    ("scaled-weights", "value", "cosine, ε = 1e-12"),
    ("scaled-weights", "value", "cosine, ε = 1e-5"),
    ("equilibrium", "over", "‖w‖² measured", "‖w‖² predicted"),
    ("equilibrium", "over", "angle measured", "angle predicted"),
)

# %%
steps = range(0, 3001, 100)
plt.plot(steps, without.accuracy, label="no norm")
plt.plot(steps, with_norm.accuracy, label="batch norm")
plt.plot(steps, without.in_training, label="in training, none")
plt.plot(steps, with_norm.in_training, label="in training, bn")
plt.axhline(0.1, label="guessing")
plt.xlabel("training step")
plt.ylabel("accuracy")
plt.legend()
plt.show()

# %%
for step in (500, 3000):
    for norm in ("none", "bn"):
        print(step, norm, Estimate(record()["percentiles"][f"accuracy at {step}, {norm}"]))
print("best_bn", max(with_norm.accuracy), "end_bn", with_norm.accuracy[30])
print("fitted_bn", with_norm.in_training[30], "fitted_none", without.in_training[30])
patience = claims(
    ("percentiles", "minus", "accuracy at 500, bn", "accuracy at 500, none"),
    ("percentiles", "over", "steps to 0.5, none", "steps to 0.5, bn"),
    ("percentiles", "minus", "accuracy at 3000, bn", "accuracy at 3000, none"),
)

# %%
lonely = np.zeros((64, 1))
lonely[0] = 1
x_hat = (lonely - lonely.mean(0)) / lonely.std(0)
print(f"largest {x_hat[0, 0]:.3f}, bound {math.sqrt(63):.3f}")
assert abs(x_hat[0, 0] - math.sqrt(63)) < 1e-9
for seed in range(20):
    skewed = np.exp(2 * np.random.default_rng(seed).standard_normal((64, 1)))
    x_hat = (skewed - skewed.mean(0)) / skewed.std(0)
    assert abs(np.percentile(x_hat, 50)) <= 1

# %%
doubled = 2 * g
assert abs(g @ doubled / (g.norm() * doubled.norm()) - 1) < 1e-12
assert abs((g - doubled).norm() - g.norm()) < 1e-12

# %%
long = 3 * w
after_long, after = long - 0.9 * unit(long)[1], w - 0.1 * g
yours, theirs = 0.1 / (w @ w), 0.9 / (long @ long)
print("yours ", after / after.norm())
print("theirs", after_long / after_long.norm())
assert abs(theirs - yours) < 1e-15
assert (after_long / 3 - after).abs().max() < 1e-12
