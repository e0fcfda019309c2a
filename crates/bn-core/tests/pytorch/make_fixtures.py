"""Writes fixtures.json: what PyTorch's normalization layers answer, in f64 and in f32.

    python -m venv venv && venv/bin/pip install torch
    venv/bin/python make_fixtures.py

The tests read the committed file; PyTorch is needed only to make it anew.
"""

import json
import pathlib
import platform

import torch

SEED = 20150211
torch.manual_seed(SEED)
torch.set_num_threads(1)


def numbers(tensor):
    return [] if tensor is None else tensor.detach().double().flatten().tolist()


def run(make, layer, options, shape, mean, scale, steps=3):
    """Three steps of training, each with all gradients, then inference."""
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
    for x, dy in zip(base, gradients):
        step = {"x": numbers(x), "dy": numbers(dy)}
        for name, module in modules.items():
            dtype = torch.float64 if name == "f64" else torch.float32
            module.zero_grad()
            module.train()
            x_in = x.to(dtype).clone().requires_grad_()
            y = module(x_in)
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
        name: numbers(module.eval()(x.to(torch.float64 if name == "f64" else torch.float32)))
        for name, module in modules.items()
    }
    return case


def batch_norms():
    for shape in ([2, 3], [7, 5], [1, 3, 4], [4, 3, 5], [2, 3, 2, 3], [5, 2, 4, 4], [2, 2, 2, 1, 3]):
        for options in (
            {},
            {"affine": False},
            {"momentum": None},
            {"momentum": 0.37, "eps": 0.02},
            {"track_running_stats": False},
        ):
            of_rank = {2: torch.nn.BatchNorm1d, 3: torch.nn.BatchNorm1d}
            of_rank |= {4: torch.nn.BatchNorm2d, 5: torch.nn.BatchNorm3d}
            make = lambda: of_rank[len(shape)](shape[1], **options)
            yield run(make, "batch", options, shape, 0.3, 1.7)
    for mean in (10.0, 1e3):
        yield run(lambda: torch.nn.BatchNorm1d(3), "batch", {}, [32, 3], mean, 1.0, steps=1)
        yield run(lambda: torch.nn.BatchNorm2d(3), "batch", {}, [4, 3, 4, 4], mean, 1.0, steps=1)


def example_norms():
    for shape, normalized in (([4, 6], [6]), ([2, 3, 5], [5]), ([2, 3, 5], [3, 5]), ([2, 40], [40])):
        for options in ({}, {"bias": False}, {"elementwise_affine": False}, {"eps": 0.1}):
            make = lambda: torch.nn.LayerNorm(normalized, **options)
            yield run(make, "layer", options | {"axes": normalized}, shape, 0.3, 1.7, steps=1)
        for options in ({"eps": 1e-5}, {"eps": 0.1}, {"eps": 1e-5, "elementwise_affine": False}):
            make = lambda: torch.nn.RMSNorm(normalized, **options)
            yield run(make, "rms", options | {"axes": normalized}, shape, 0.3, 1.7, steps=1)
    for shape in ([3, 4], [2, 4, 5], [2, 4, 3, 3]):
        for options in ({}, {"affine": False}, {"eps": 0.1}):
            make = lambda: torch.nn.GroupNorm(2, shape[1], **options)
            yield run(make, "group", options | {"groups": 2}, shape, 0.3, 1.7, steps=1)
    for shape in ([2, 3, 5], [1, 2, 7]):
        for options in ({}, {"affine": True}):
            make = lambda: torch.nn.InstanceNorm1d(shape[1], **options)
            yield run(make, "instance", options, shape, 0.3, 1.7, steps=1)


versions = {"torch": torch.__version__, "python": platform.python_version(), "seed": SEED}
fixtures = {"made_with": versions, "cases": [*batch_norms(), *example_norms()]}
path = pathlib.Path(__file__).with_name("fixtures.json")
path.write_text(json.dumps(fixtures, separators=(",", ":")) + "\n")
print(len(fixtures["cases"]), "cases,", path.stat().st_size, "bytes")
