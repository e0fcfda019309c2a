# The work of chapter 1 as one writes it with PyTorch, scikit-learn and matplotlib: the same
# sizes, steps, seeds and number of figures, cell by cell. Cells begin with "# %%".

# %%
import math
import warnings
from functools import lru_cache

import matplotlib.pyplot as plt
import numpy as np
import torch
from lab import Estimate, Pictures, cats, difference, dots, fit, he, start
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from torch import nn

%matplotlib inline
warnings.simplefilter("ignore", ConvergenceWarning)

black_cats, colored_cats = cats("black", 60, 7, 32), cats("colored", 60, 7, 32)


def ten(label, of):
    return np.nonzero(of == label)[0][:10]


def show(rows):
    """Rows of ten pictures, with names."""
    picture = np.vstack([np.hstack(np.clip(row, 0, 1).reshape(10, 32, 32, 3)) for _, row in rows])
    plt.figure(figsize=(8, 0.8 * len(rows)))
    plt.imshow(picture)
    plt.xticks([])
    plt.yticks(32 * np.arange(len(rows)) + 16, [name for name, _ in rows])
    plt.show()


a_cat, another = ten(1, black_cats.labels), ten(0, black_cats.labels)
show(
    [
        ("cats, black coats", black_cats.pixels[a_cat]),
        ("not cats, black coats", black_cats.pixels[another]),
        ("same cats, colored", colored_cats.pixels[a_cat]),
        ("same others, colored", colored_cats.pixels[another]),
    ]
)

# %%
training_pictures, test_pictures, domain_pictures = 1500, 1000, 500
seeds = range(10)
TRAINING, OTHER_TRAINING, TEST, DOMAIN, OTHER_DOMAIN = range(5)
black, colored = ("black", 1.0, 0.0), ("colored", 1.0, 0.0)


@lru_cache(maxsize=None)
def animals(coat, purpose, seed):
    count = [training_pictures] * 2 + [test_pictures] + [domain_pictures] * 2
    return cats(coat, count[purpose], 8 * seed + purpose)


def draw(world, purpose, seed):
    """Each set of pictures is painted once; then only the light changes."""
    coat, gain, offset = world
    pictures = animals(coat, purpose, seed)
    if (gain, offset) == (1, 0):
        return pictures
    return Pictures(gain * pictures.pixels + offset, pictures.labels, pictures.coats)


class Linear:
    """Logistic regression on standardized columns."""

    def __init__(self, x, labels, penalty=1.0):
        self.mean, self.variance = x.mean(0), x.var(0)
        # As exact as the notebook's: a gradient of 0.001 for the sum over all examples.
        model = LogisticRegression(C=1 / penalty, tol=0.001 / len(x), max_iter=50)
        self.model = model.fit(self.standardized(x), labels)

    def standardized(self, x):
        return (x - self.mean) / np.sqrt(self.variance + 1e-5)

    def probabilities(self, x):
        return self.model.predict_proba(self.standardized(x))[:, 1]

    def predict(self, x):
        return self.probabilities(x) > 0.5


class Classifier:
    """A network with two hidden layers, behind the standardization of its training pictures."""

    def __init__(self, pictures, seed, steps=300, lr=0.01, weights=None):
        self.seed = seed
        self.mean, self.variance = pictures.pixels.mean(0), pictures.pixels.var(0)
        network = nn.Sequential(
            nn.Linear(768, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 2)
        )
        self.network = start(network, he, seed)
        x, labels = self.standardized(pictures.pixels), torch.from_numpy(pictures.labels)
        fit(network, x, labels, steps, lr, seed, momentum=0.9, weights=weights)

    def standardized(self, pixels):
        x = (pixels - self.mean) / np.sqrt(self.variance + 1e-5)
        return torch.from_numpy(x.astype(np.float32))

    @torch.no_grad()
    def predict(self, pixels):
        return self.network(self.standardized(pixels)).argmax(1).numpy()


def linear_classifier(pictures, seed):
    return Linear(pictures.pixels, pictures.labels)


def train(learner, world):
    return [learner(draw(world, TRAINING, seed), seed) for seed in seeds]


def rematched(pixels, of):
    """Every pixel gets the mean and variance that it had in training."""
    x_hat = (pixels - pixels.mean(0)) / np.sqrt(pixels.var(0) + 1e-5)
    return x_hat * np.sqrt(of.variance + 1e-5) + of.mean


def accuracies(classifiers, world, match=False):
    shares = []
    for seed, classifier in zip(seeds, classifiers):
        pictures = draw(world, TEST, seed)
        x = rematched(pictures.pixels, classifier) if match else pictures.pixels
        shares.append((classifier.predict(x) == pictures.labels).mean())
    return shares


linear, network = train(linear_classifier, black), train(Classifier, black)
linear_black, linear_colored = accuracies(linear, black), accuracies(linear, colored)
network_black, network_colored = accuracies(network, black), accuracies(network, colored)
print("network_black", Estimate(network_black))
print("network_colored", Estimate(network_colored))
print("linear_colored", Estimate(linear_colored))
print("network_drop", difference(network_black, network_colored))

# %%
dots(
    plt.gca(),
    [
        ("linear, black coats", Estimate(linear_black)),
        ("network, black coats", Estimate(network_black)),
        ("linear, colored coats", Estimate(linear_colored)),
        ("network, colored coats", Estimate(network_colored)),
    ],
)
plt.axvline(0.5)
plt.xlabel("accuracy on fresh pictures")
plt.show()

# %%
fifths = ["darkest fifth", "dark", "middle", "bright", "brightest fifth"]
everyone, shares = [], [[] for _ in fifths]
for classifier in network:
    pictures = cats("colored", 1000, 900 + classifier.seed)
    called_cat = classifier.predict(pictures.pixels) == 1
    of_cats = np.nonzero(pictures.labels == 1)[0]
    order = of_cats[np.argsort(pictures.coats[of_cats, :3].sum(1))]
    everyone.append(called_cat[order].mean())
    for share, fifth in zip(shares, np.array_split(order, 5)):
        share.append(called_cat[fifth].mean())
print("still_cats", Estimate(everyone))
print("darkest", Estimate(shares[0]), "brightest", Estimate(shares[4]))
dots(plt.gca(), [(name, Estimate(share)) for name, share in zip(fifths, shares)])
plt.xlabel("share of colored cats that are called cats")
plt.show()


# %%
def classifier_two_sample_test(correct, n):
    z = (correct / n - 0.5) * math.sqrt(4 * n)
    return correct / n, z, 0.5 * math.erfc(z / math.sqrt(2))


def domain_classifier(a, b):
    return Linear(np.vstack([a, b]), np.repeat([0, 1], [len(a), len(b)]), penalty=0.1)


def two_sample_test(a, b, seed):
    rng, half = np.random.default_rng(seed), len(a) // 2
    a, b = rng.permutation(a), rng.permutation(b)
    told = domain_classifier(a[:half], b[:half]).predict(np.vstack([a[half:], b[half:]]))
    truth = np.repeat([0, 1], len(a) - half)
    return classifier_two_sample_test((told == truth).sum(), len(truth))


def two_sample_tests(a, b):
    return [
        two_sample_test(draw(a, DOMAIN, seed).pixels, draw(b, OTHER_DOMAIN, seed).pixels, seed)
        for seed in seeds
    ]


def coat_test(pictures, seed):
    """Does the coat say anything about the label?"""
    features = np.hstack([pictures.coats, pictures.coats**2])
    of_cats, others = features[pictures.labels == 1], features[pictures.labels == 0]
    n = min(len(of_cats), len(others))
    return two_sample_test(others[:n], of_cats[:n], seed)


for name, tests in {
    "black from black coats": two_sample_tests(black, black),
    "black from colored coats": two_sample_tests(black, colored),
    "coats of cats from the others'": [coat_test(draw(colored, DOMAIN, s), s) for s in seeds],
}.items():
    accuracy, _, p = np.array(tests).T
    print(f"{name:<32} {Estimate(accuracy)}  p {p.min():.4f} to {p.max():.4f}")

# %%
for correct in (50, 55, 60, 65):
    _, z, p = classifier_two_sample_test(correct, 100)
    print(f"{correct} of 100 right: z = {z:.1f}, p = {p:.4f}")

# %%
taught_color = train(Classifier, colored)
print("on color", Estimate(accuracies(taught_color, colored)))
print("on black", Estimate(accuracies(taught_color, black)))


def both(seed):
    a, b = draw(black, TRAINING, seed), draw(colored, OTHER_TRAINING, seed)
    return Pictures(
        np.vstack([a.pixels, b.pixels]), np.concatenate([a.labels, b.labels]), None
    )


taught_both = [Classifier(both(seed), seed) for seed in seeds]
print("both, on color", Estimate(accuracies(taught_both, colored)))
print("both, on black", Estimate(accuracies(taught_both, black)))


# %%
def kl_gaussian(p, q):
    (mp, vp), (mq, vq) = p, q
    return 0.5 * (math.log(vq / vp) + (vp + (mp - mq) ** 2) / vq - 1)


def w2_squared_gaussian(p, q):
    (mp, vp), (mq, vq) = p, q
    return (mp - mq) ** 2 + (math.sqrt(vp) - math.sqrt(vq)) ** 2


def sliced_w2(x, y, directions):
    """Of samples of one size."""
    directions = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    along_x, along_y = np.sort(x @ directions.T, 0), np.sort(y @ directions.T, 0)
    return math.sqrt(((along_x - along_y) ** 2).mean())


def mmd_squared(x, y):
    both, m, n = torch.from_numpy(np.vstack([x, y])), len(x), len(y)
    squares = torch.cdist(both, both).square().numpy()
    h = np.median(np.sqrt(squares[np.triu_indices(m + n, 1)]))
    k = np.exp(-squares / (2 * h * h))
    within = lambda k: (k.sum() - np.trace(k)) / (len(k) * (len(k) - 1))
    return within(k[:m, :m]) + within(k[m:, m:]) - 2 * k[:m, m:].mean()


def distances(x, y):
    middle = 3 * (8 * 16 + 8)
    p, q = [(of[:, middle].mean(), of[:, middle].var()) for of in (x, y)]
    directions = np.random.default_rng(4).standard_normal((100, x.shape[1]))
    return (
        kl_gaussian(p, q),
        w2_squared_gaussian(p, q),
        sliced_w2(x, y, directions) ** 2,
        mmd_squared(x, y),
    )


near, far = [], []
for seed in seeds:
    one = cats("black", 100, 3 * seed).pixels
    near.append(distances(one, cats("black", 100, 3 * seed + 1).pixels))
    far.append(distances(one, cats("colored", 100, 3 * seed + 2).pixels))
names = ["KL, one pixel", "W₂², one pixel", "sliced W₂², picture", "MMD², picture"]
for name, to_black, to_colored in zip(names, zip(*near), zip(*far)):
    print(f"{name:<20} {Estimate(to_black)}   {Estimate(to_colored)}")


# %%
class Shimodaira:
    """y = −x + x³ + N(0, 0.3²); training x ~ N(0.5, 0.5²), test x ~ N(0, 0.3²)."""

    def __init__(self, seed):
        rng = np.random.default_rng(seed)
        self.x, self.x_test = rng.normal(0.5, 0.5, 100), rng.normal(0.0, 0.3, 10_000)
        self.y, self.y_test = (x**3 - x + rng.normal(0, 0.3, len(x)) for x in (self.x, self.x_test))
        log_test = -0.5 * (self.x / 0.3) ** 2 - math.log(0.3)
        log_training = -0.5 * ((self.x - 0.5) / 0.5) ** 2 - math.log(0.5)
        self.weights = np.exp(log_test - log_training)

    def fit(self, power):
        """Intercept and slope of weighted least squares."""
        root = np.sqrt(self.weights**power)
        rows = np.column_stack([root, root * self.x])
        return np.linalg.lstsq(rows, root * self.y, rcond=None)[0]

    def test_error(self, line):
        return ((self.y_test - line[0] - line[1] * self.x_test) ** 2).mean()

    def size(self, power):
        return effective_sample_size(self.weights**power)


def effective_sample_size(weights):
    return weights.sum() ** 2 / (weights**2).sum()


world = Shimodaira(3)
plain, weighted = world.fit(0), world.fit(1)
ends = np.array([-0.8, 1.8])
curve = np.linspace(-0.8, 1.8, 200)
plt.scatter(world.x, world.y, label="training")
plt.scatter(world.x_test[:100], world.y_test[:100], label="test")
plt.plot(curve, curve**3 - curve, label="truth")
plt.plot(ends, plain[0] + plain[1] * ends, label="no weights")
plt.plot(ends, weighted[0] + weighted[1] * ends, label="weighted")
plt.xlim(-0.8, 1.8)
plt.ylim(-1.2, 2.0)
plt.legend()
plt.show()

# %%
powers = [0, 0.25, 0.5, 0.75, 1]
worlds = [Shimodaira(seed) for seed in range(100)]
for power in powers:
    error = Estimate([world.test_error(world.fit(power)) for world in worlds])
    size = Estimate([world.size(power) for world in worlds])
    print(f"λ = {power:<5} test error {error}  effective sample size {size}")

# %%
p_test, p_training = np.array([0.1, 0.2, 0.9]), np.array([0.4, 0.4, 0.3])
losses = np.array([1.0, 2.0, 4.0])
w = p_test / p_training
print("weights              ", w)
print("tempered, λ = ½      ", w**0.5)
print("weighted risk        ", (w * losses).mean())
print("effective sample size", effective_sample_size(w))


# %%
def classifier_ratio(c, n_training, n_test):
    return n_training / n_test * c / (1 - c)


print(classifier_ratio(np.array([0.5, 0.9, 0.001]), 500, 500))

# %%
slow = {"steps": 600, "lr": 0.001}
unweighted, weighted, mean_weights, sizes = [], [], [], []
for seed in seeds:
    unweighted.append(Classifier(draw(black, TRAINING, seed), seed, **slow))
for seed in seeds:
    domain = domain_classifier(
        draw(black, DOMAIN, seed).pixels, draw(colored, OTHER_DOMAIN, seed).pixels
    )
    pictures = draw(black, TRAINING, seed)
    w = classifier_ratio(domain.probabilities(pictures.pixels), 500, 500)
    mean_weights.append(w.mean())
    sizes.append(effective_sample_size(w))
    w = torch.from_numpy((w / w.mean()).astype(np.float32))
    weighted.append(Classifier(pictures, seed, weights=w, **slow))
weighted_black, weighted_colored = accuracies(weighted, black), accuracies(weighted, colored)
unweighted_colored = accuracies(unweighted, colored)
print("mean_weight", Estimate(mean_weights))
print("cats_effective", Estimate(sizes))
print("weighted_black", Estimate(weighted_black))
print("weighted_colored", Estimate(weighted_colored))
print("weighting_gain", difference(weighted_colored, unweighted_colored))

# %%
ones = black_cats.pixels[a_cat]
show(
    [
        ("as trained", ones),
        ("fog", 0.3 * ones + 0.5),
        ("half the light", 0.5 * ones),
        ("negative", 1 - ones),
        ("colored coats", colored_cats.pixels[a_cat]),
    ]
)

# %%
rows = []
for name, world in {
    "fog": ("black", 0.3, 0.5),
    "half the light": ("black", 0.5, 0.0),
    "negative": ("black", -1.0, 1.0),
    "colored coats": colored,
}.items():
    as_is, restored = accuracies(network, world), accuracies(network, world, match=True)
    rows += [(f"{name}, as it is", Estimate(as_is)), (f"{name}, restored", Estimate(restored))]
    print(name, Estimate(as_is), Estimate(restored), difference(restored, as_is))
dots(plt.gca(), rows)
plt.axvline(0.5)
plt.xlabel("accuracy of the network that knows black coats")
plt.show()

# %%
fails = Estimate(network_colored).high < 0.75
print("holds" if fails else "not reproduced")
assert fails

# %%
assert effective_sample_size(np.full(4, 2.0)) == 4
assert effective_sample_size(np.array([0.0, 1.0, 0.0, 0.0])) == 1

# %%
for sd in (1.0, 0.1):
    p, q = (0.0, sd**2), (1.0, sd**2)
    kl, w2 = kl_gaussian(p, q), w2_squared_gaussian(p, q)
    print(f"sd {sd}: KL = {kl:.1f}, W₂² = {w2:.1f}")
    assert abs(kl - 0.5 / sd**2) < 1e-9 and abs(w2 - 1) < 1e-12

# %%
_, z, p = classifier_two_sample_test(230, 400)
print(f"z = {z:.1f}, p = {p:.4f}")
assert abs(z - 3) < 1e-12 and p < 0.002
