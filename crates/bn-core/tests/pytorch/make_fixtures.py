"""Writes fixtures.json: what PyTorch's normalization layers answer, in f64 and in f32.

    python -m venv venv && venv/bin/pip install torch
    venv/bin/python make_fixtures.py

The tests read the committed file; PyTorch is needed only to make it anew. What PyTorch has no
layer for is put together here from what it has, with its own gradients: ghost batch norm,
batch renormalization, a running variance of the population.
"""

import json
import pathlib
import platform

import torch

SEED = 20150211
torch.manual_seed(SEED)
torch.set_num_threads(1)


class AnyRank(torch.nn.BatchNorm1d):
    """BatchNorm1d, 2d and 3d differ in what they refuse."""

    def _check_input_dim(self, x):
        pass


class Ghost(AnyRank):
    """Each `size` examples are a batch of their own; parameters and statistics are shared."""

    def __init__(self, channels, size, **options):
        super().__init__(channels, **options)
        self.size = size

    def forward(self, x):
        if not self.training:
            return super().forward(x)
        return torch.cat([super(Ghost, self).forward(part) for part in x.split(self.size)])


class Population(AnyRank):
    """The running variance takes the variance of the batch as it is."""

    def forward(self, x):
        before = self.running_var.clone()
        y = super().forward(x)
        if self.training:
            axes = [axis for axis in range(x.dim()) if axis != 1]
            variance = x.detach().var(axes, correction=0)
            self.running_var = (1 - self.momentum) * before + self.momentum * variance
        return y


class Renorm(AnyRank):
    """Batch renormalization: Ioffe 2017, Algorithm 1."""

    def __init__(self, channels, r_max, d_max, **options):
        super().__init__(channels, **options)
        self.r_max, self.d_max = r_max, d_max

    def forward(self, x):
        if not self.training:
            return super().forward(x)
        axes = [axis for axis in range(x.dim()) if axis != 1]
        along = [-1 if axis == 1 else 1 for axis in range(x.dim())]
        mean, variance = x.mean(axes), x.var(axes, correction=0)
        sigma = (variance + self.eps).sqrt()
        running_sigma = (self.running_var + self.eps).sqrt()
        r = (sigma / running_sigma).clamp(1 / self.r_max, self.r_max).detach()
        d = ((mean - self.running_mean) / running_sigma).clamp(-self.d_max, self.d_max).detach()
        x_hat = (x - mean.view(along)) / sigma.view(along) * r.view(along) + d.view(along)
        unbiased = x.detach().var(axes)
        self.running_mean = torch.lerp(self.running_mean, mean.detach(), self.momentum)
        self.running_var = torch.lerp(self.running_var, unbiased, self.momentum)
        return x_hat * self.weight.view(along) + self.bias.view(along)


def numbers(tensor):
    """All digits of an f64, nine of an f32: enough to know it by."""
    if tensor is None:
        return []
    values = tensor.detach().flatten().tolist()
    return values if tensor.dtype == torch.float64 else [float(f"{x:.9g}") for x in values]


def run(make, layer, options, shape, mean=0.3, scale=1.7, steps=3, channels_last=False):
    """Steps of training, each with all gradients, then inference."""
    if channels_last:
        shape = [shape[0], *shape[2:], shape[1]]
        options = options | {"channels_last": True}
    case = {"layer": layer, "options": options, "shape": shape, "steps": []}
    base = [torch.randn(shape) * scale + mean for _ in range(steps)]
    gradients = [torch.randn(shape) for _ in range(steps)]
    modules = {"f64": make().double(), "f32": make().float()}
    # The truth about f32: the same numbers, in f64.
    single, double = modules["f32"], modules["f64"]
    with torch.no_grad():
        for a, b in zip(single.parameters(), double.parameters()):
            a.copy_(torch.randn(a.shape))
            b.copy_(a)
    case["gamma"] = numbers(getattr(single, "weight", None))
    case["beta"] = numbers(getattr(single, "bias", None))

    def call(module, x):
        # The channels stay last in memory: PyTorch's `channels_last` format.
        return module(x.movedim(-1, 1)).movedim(1, -1) if channels_last else module(x)

    for x, dy in zip(base, gradients):
        step = {"x": numbers(x), "dy": numbers(dy)}
        for name, module in modules.items():
            dtype = torch.float64 if name == "f64" else torch.float32
            module.zero_grad()
            module.train()
            x_in = x.to(dtype).clone().requires_grad_()
            y = call(module, x_in)
            y.backward(dy.to(dtype))
            step[name] = {"y": numbers(y), "dx": numbers(x_in.grad)}
            step[name] |= {
                entry: numbers(getattr(module, of).grad)
                for entry, of in (("dgamma", "weight"), ("dbeta", "bias"))
                if getattr(module, of, None) is not None
            }
            for entry in ("running_mean", "running_var"):
                step[name][entry] = numbers(getattr(module, entry, None))
        case["steps"].append(step)
    x = base[0]
    case["eval"] = {
        name: numbers(call(module.eval(), x.to(torch.float64 if name == "f64" else torch.float32)))
        for name, module in modules.items()
    }
    return case


def batch_norms():
    norm = torch.nn
    of_rank = {2: norm.BatchNorm1d, 3: norm.BatchNorm1d, 4: norm.BatchNorm2d, 5: norm.BatchNorm3d}
    shapes = [2, 3], [7, 5], [2, 1], [1, 1, 2], [1, 3, 4], [4, 3, 5]
    for shape in (*shapes, [2, 3, 2, 3], [5, 2, 3, 3], [2, 2, 2, 1, 3]):
        for options in (
            {},
            {"affine": False},
            {"momentum": None},
            {"momentum": 0.37, "eps": 0.02},
            {"track_running_stats": False},
        ):
            make = lambda: of_rank[len(shape)](shape[1], **options)
            yield run(make, "batch", options, shape)
            if len(shape) > 3 and options in ({}, {"momentum": None}):
                yield run(make, "batch", options, shape, channels_last=True)
    make = lambda: norm.BatchNorm1d(3)
    yield run(make, "batch", {}, [4, 3, 5], channels_last=True)
    yield run(make, "batch", {}, [6, 3], scale=0.0)  # channels that do not vary
    for mean in (10.0, 1e3):
        yield run(make, "batch", {}, [32, 3], mean, 1.0, steps=1)
        make_2d = lambda: norm.BatchNorm2d(3)
        yield run(make_2d, "batch", {}, [4, 3, 4, 4], mean, 1.0, steps=1)


def batch_norm_variants():
    for shape, size in (([6, 3], 2), ([6, 3], 3), ([4, 3, 5], 2), ([4, 2, 2, 3], 1), ([4, 2, 2, 3], 4)):
        for options in ({}, {"momentum": None}, {"affine": False, "eps": 0.02}):
            make = lambda: Ghost(shape[1], size, **options)
            yield run(make, "batch", options | {"ghost": size}, shape)
    yield run(lambda: Ghost(3, 2), "batch", {"ghost": 2}, [4, 3, 2, 2], channels_last=True)
    for shape in ([5, 3], [2, 3, 4], [2, 2, 3, 3]):
        for options in ({}, {"momentum": 0.37}):
            make = lambda: Population(shape[1], **options)
            yield run(make, "batch", options | {"population": True}, shape)
    for shape in ([8, 3], [2, 3, 4], [2, 2, 3, 3]):
        # Plain batch norm; the paper's limits; limits that bind; none that could.
        for r_max, d_max in ((1.0, 0.0), (3.0, 5.0), (1.1, 0.1), (1e6, 1e6)):
            options = {"momentum": 0.37, "eps": 0.02}
            make = lambda: Renorm(shape[1], r_max, d_max, **options)
            yield run(make, "batch", options | {"r_max": r_max, "d_max": d_max}, shape)
    of_rank = {3: torch.nn.InstanceNorm1d, 4: torch.nn.InstanceNorm2d, 5: torch.nn.InstanceNorm3d}
    for shape in ([2, 3, 5], [1, 2, 7], [3, 2, 3, 2], [2, 2, 2, 1, 3]):
        for options in ({}, {"affine": True, "momentum": 0.37}):
            options = {"affine": False, "track_running_stats": True} | options
            make = lambda: of_rank[len(shape)](shape[1], **options)
            yield run(make, "instance", options, shape)
    options = {"affine": True, "track_running_stats": True}
    make = lambda: torch.nn.InstanceNorm2d(2, **options)
    yield run(make, "instance", options, [3, 2, 3, 2], channels_last=True)


def example_norms():
    for shape, normalized in (([4, 6], [6]), ([2, 3, 5], [5]), ([2, 3, 5], [3, 5]), ([2, 40], [40])):
        for options in ({}, {"bias": False}, {"elementwise_affine": False}, {"eps": 0.1}):
            make = lambda: torch.nn.LayerNorm(normalized, **options)
            yield run(make, "layer", options | {"axes": normalized}, shape, steps=1)
        for options in ({"eps": 1e-5}, {"eps": 0.1}, {"eps": 1e-5, "elementwise_affine": False}):
            make = lambda: torch.nn.RMSNorm(normalized, **options)
            yield run(make, "rms", options | {"axes": normalized}, shape, steps=1)
    for shape in ([3, 4], [2, 4, 5], [2, 4, 3, 3]):
        for options in ({}, {"affine": False}, {"eps": 0.1}):
            make = lambda: torch.nn.GroupNorm(2, shape[1], **options)
            yield run(make, "group", options | {"groups": 2}, shape, steps=1)
    make = lambda: torch.nn.GroupNorm(2, 4)
    yield run(make, "group", {"groups": 2}, [2, 4, 3, 3], steps=1, channels_last=True)
    for shape in ([2, 3, 5], [1, 2, 7]):
        for options in ({}, {"affine": True}):
            make = lambda: torch.nn.InstanceNorm1d(shape[1], **options)
            yield run(make, "instance", options, shape, steps=1)
    make = lambda: torch.nn.InstanceNorm2d(2, affine=True)
    yield run(make, "instance", {"affine": True}, [3, 2, 3, 2], steps=1, channels_last=True)


versions = {"torch": torch.__version__, "python": platform.python_version(), "seed": SEED}
cases = [*batch_norms(), *batch_norm_variants(), *example_norms()]
path = pathlib.Path(__file__).with_name("fixtures.json")
fixtures = {"made_with": versions, "cases": cases}
path.write_text(json.dumps(fixtures, separators=(",", ":")) + "\n")
print(len(cases), "cases,", path.stat().st_size, "bytes")
