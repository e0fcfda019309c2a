use std::ops::Range;

use bn_core::Moments;
use bn_core::importance::{effective_sample_size, flattened_weights};
use bn_core::normalize::normalize;
use bn_core::two_sample::TwoSampleTest;
use ndarray::{Array1, Array2, Axis};
use rayon::prelude::*;

use crate::cats::{CatParams, Coat, Pictures};
use crate::classifier::{LinearClassifier, LinearClassifierParams};
use crate::domain::{DomainClassifier, two_sample_test};
use crate::error::{self, Result};
use crate::light::Light;
use crate::network::{Network, NetworkParams};
use crate::standardize::{EPSILON, rematch, single, standardized};
use crate::training::{End, Training, TrainingParams};

/// The kinds of classifier that learn what a cat is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Learner {
    /// Logistic regression by linfa.
    Linear,
    /// A network with two hidden layers of 64 and 32 rectified units.
    Network,
}

/// What the pictures go through before they reach the classifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// Nothing.
    AsIs,
    /// Every pixel gets the mean and the variance it had in training: it is
    /// standardized with the moments of the pictures at hand and rescaled with those
    /// of the training pictures. No label is needed, and no batch norm.
    Rematched,
}

/// Where pictures come from: a coat and a light.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct World {
    coat: Coat,
    light: Option<Light>,
}

impl World {
    /// Animals of one coat in the generator's own light.
    pub fn of(coat: Coat) -> Self {
        World { coat, light: None }
    }

    /// The same world in another light.
    pub fn under(self, light: Light) -> Self {
        World {
            light: Some(light),
            ..self
        }
    }
}

/// A classifier of cats, trained on the pictures of one world with one seed.
#[derive(Debug, Clone, PartialEq)]
pub struct CatClassifier {
    seed: u64,
    moments: Moments<f64>,
    model: Model,
}

#[derive(Debug, Clone, PartialEq)]
enum Model {
    Linear(Box<LinearClassifier>),
    Network(Network<f32>),
}

impl CatClassifier {
    /// The seed it was trained with.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// What it takes each picture for: 1 for a cat, 0 for another animal, shape `[N]`.
    ///
    /// # Errors
    ///
    /// [`Error::Length`](crate::Error::Length) if the pictures have another size than in training,
    /// [`Error::NotFinite`](crate::Error::NotFinite) or [`Error::Core`](crate::Error::Core) if a pixel is NaN or infinite.
    pub fn predict(&self, pictures: &Pictures, input: Input) -> Result<Array1<usize>> {
        let x = match input {
            Input::AsIs => pictures.pixels.clone(),
            Input::Rematched => rematch(pictures.pixels.view(), &self.moments)?,
        };
        match &self.model {
            Model::Linear(linear) => linear.predict(x.view()),
            Model::Network(network) => {
                let x = single(&normalize(x.view(), &self.moments, EPSILON)?);
                network.predict(x.view())
            }
        }
    }

    /// The share of pictures it labels right.
    ///
    /// # Errors
    ///
    /// As [`CatClassifier::predict`]; [`Error::TooFew`](crate::Error::TooFew) without a picture.
    pub fn accuracy(&self, pictures: &Pictures, input: Input) -> Result<f64> {
        error::at_least("pictures", pictures.len(), 1)?;
        let told = self.predict(pictures, input)?;
        let right = told.iter().zip(&pictures.labels).filter(|(t, y)| t == y);
        Ok(right.count() as f64 / pictures.len() as f64)
    }
}

/// What importance weighting made of a training set, and of the network trained on it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Weighted {
    /// The network, trained with the weights.
    pub classifier: CatClassifier,
    /// How training ended: weights that differ wildly can make it diverge.
    pub end: End,
    /// The mean density ratio of the training pictures. It would be 1 if the ratio
    /// were right and training showed all that the target shows; near 0, no training
    /// picture looks as if it came from the target.
    pub mean_ratio: f64,
    /// How many unweighted pictures the weighted ones are worth.
    pub effective_sample_size: f64,
    /// The number of training pictures.
    pub pictures: usize,
}

/// The experiments of the chapter on covariate shift, not yet checked.
#[derive(Debug, Clone, PartialEq)]
pub struct CovariateShiftParams {
    seeds: Range<u64>,
    training_pictures: usize,
    test_pictures: usize,
    domain_pictures: usize,
    size: usize,
    training: TrainingParams,
}

impl CovariateShiftParams {
    /// Ten seeds, 1500 pictures to train and 1000 to test on, 500 of each world to
    /// compare worlds by, all of 16 × 16 pixels; 300 steps of batches of 64 at
    /// learning rate 0.01 and momentum 0.9.
    pub fn new() -> Self {
        CovariateShiftParams {
            seeds: 0..10,
            training_pictures: 1500,
            test_pictures: 1000,
            domain_pictures: 500,
            size: 16,
            training: TrainingParams::new().steps(300).learning_rate(0.01),
        }
    }

    /// The seeds. Each gives its own pictures, initial weights and batches.
    pub fn seeds(mut self, seeds: Range<u64>) -> Self {
        self.seeds = seeds;
        self
    }

    /// The number of pictures to train on.
    pub fn training_pictures(mut self, n: usize) -> Self {
        self.training_pictures = n;
        self
    }

    /// The number of pictures to test on.
    pub fn test_pictures(mut self, n: usize) -> Self {
        self.test_pictures = n;
        self
    }

    /// The number of unlabelled pictures of each world that density ratios and
    /// two-sample tests are made from.
    pub fn domain_pictures(mut self, n: usize) -> Self {
        self.domain_pictures = n;
        self
    }

    /// The side of the pictures in pixels.
    pub fn size(mut self, size: usize) -> Self {
        self.size = size;
        self
    }

    /// How the networks are trained.
    pub fn training(mut self, training: TrainingParams) -> Self {
        self.training = training;
        self
    }

    /// Checks the parameters once.
    ///
    /// # Errors
    ///
    /// [`Error::TooFew`](crate::Error::TooFew) for less than one seed or test picture,
    /// fewer pictures of a world than a two-sample test needs, or fewer training
    /// pictures than one batch;
    /// as [`CatParams::check`] and [`TrainingParams::check`].
    pub fn check(self) -> Result<CovariateShift> {
        let training = self.training.check()?;
        CatParams::new(Coat::Black).size(self.size).check()?;
        let seeds = self.seeds.end.saturating_sub(self.seeds.start) as usize;
        error::at_least("seeds", seeds, 1)?;
        error::at_least(
            "training pictures",
            self.training_pictures,
            training.batch(),
        )?;
        error::at_least("test pictures", self.test_pictures, 1)?;
        error::at_least("pictures of each world", self.domain_pictures, 4)?;
        Ok(CovariateShift {
            params: self,
            training,
        })
    }
}

impl Default for CovariateShiftParams {
    fn default() -> Self {
        CovariateShiftParams::new()
    }
}

/// The experiments of the chapter on covariate shift. Made by [`CovariateShiftParams::check`].
///
/// The seeds run in parallel; the results do not depend on the number of threads.
#[derive(Debug, Clone, PartialEq)]
pub struct CovariateShift {
    params: CovariateShiftParams,
    training: Training,
}

/// What a sample of pictures is drawn for. Each purpose has its own pictures.
#[derive(Debug, Clone, Copy)]
enum Purpose {
    Training,
    OtherTraining,
    Test,
    /// Unlabelled pictures for the density ratio and the two-sample tests.
    Domain,
    OtherDomain,
}

impl CovariateShift {
    /// Trains one classifier for each seed.
    ///
    /// # Errors
    ///
    /// As [`ValidLinearClassifier::fit`](crate::ValidLinearClassifier::fit)
    /// and [`Network::fit`].
    pub fn train(&self, learner: Learner, world: World) -> Result<Vec<CatClassifier>> {
        self.for_each_seed(|seed| {
            let pictures = self.draw(world, Purpose::Training, seed)?;
            self.learn(learner, &pictures, seed)
        })
    }

    /// Trains one classifier for each seed on the pictures of two worlds together, half
    /// of them from each: if one rule fits both, it learns that rule.
    ///
    /// # Errors
    ///
    /// As [`CovariateShift::train`].
    pub fn train_on_both(
        &self,
        learner: Learner,
        a: World,
        b: World,
    ) -> Result<Vec<CatClassifier>> {
        self.for_each_seed(|seed| {
            let a = self.draw(a, Purpose::Training, seed)?;
            let b = self.draw(b, Purpose::OtherTraining, seed)?;
            self.learn(learner, &a.join(&b)?, seed)
        })
    }

    /// The accuracy of each classifier on fresh pictures of a world. For one seed,
    /// all worlds show the same animals, so the differences between worlds are paired.
    ///
    /// # Errors
    ///
    /// As [`CatClassifier::accuracy`].
    pub fn accuracies(
        &self,
        classifiers: &[CatClassifier],
        world: World,
        input: Input,
    ) -> Result<Vec<f64>> {
        classifiers
            .par_iter()
            .map(|classifier| {
                let pictures = self.draw(world, Purpose::Test, classifier.seed)?;
                classifier.accuracy(&pictures, input)
            })
            .collect()
    }

    /// Has `P(x)` moved? For each seed, the classifier two-sample test between
    /// independent pictures of two worlds.
    ///
    /// # Errors
    ///
    /// As [`two_sample_test`].
    pub fn two_sample_tests(&self, a: World, b: World) -> Result<Vec<TwoSampleTest>> {
        self.for_each_seed(|seed| {
            let a = self.draw(a, Purpose::Domain, seed)?;
            let b = self.draw(b, Purpose::OtherDomain, seed)?;
            two_sample_test(a.pixels.view(), b.pixels.view(), seed)
        })
    }

    /// Does the coat say anything about the label? For each seed, [`coat_test`]
    /// on unseen pictures of a world.
    ///
    /// # Errors
    ///
    /// As [`coat_test`].
    pub fn coat_tests(&self, world: World) -> Result<Vec<TwoSampleTest>> {
        self.for_each_seed(|seed| coat_test(&self.draw(world, Purpose::Domain, seed)?, seed))
    }

    /// Trains one network for each seed on weighted pictures of `source`, so that
    /// they stand for pictures of `target`.
    ///
    /// The density ratio comes from a classifier that was shown other, unlabelled
    /// pictures of both worlds. Weights are `w^λ` divided by their mean (the
    /// learning rate then means the same with and without weights).
    ///
    /// # Errors
    ///
    /// As [`DomainClassifier::fit`] and [`Network::fit_weighted`]; [`Error::Core`](crate::Error::Core) if
    /// `λ` is outside [0, 1].
    pub fn train_weighted(
        &self,
        source: World,
        target: World,
        lambda: f64,
    ) -> Result<Vec<Weighted>> {
        self.for_each_seed(|seed| {
            let domain = DomainClassifier::fit(
                self.draw(source, Purpose::Domain, seed)?.pixels.view(),
                self.draw(target, Purpose::OtherDomain, seed)?.pixels.view(),
            )?;
            let pictures = self.draw(source, Purpose::Training, seed)?;
            let ratio = domain.density_ratio(pictures.pixels.view())?;
            let weights = flattened_weights(ratio.view(), lambda)?;
            let effective_sample_size = effective_sample_size(weights.view())?;
            let mean = weights.sum() / weights.len() as f64;
            let weights = weights.mapv(|w| (w / mean) as f32);
            let (moments, x) = standardized(pictures.pixels.view())?;
            let mut network = self.network(seed)?;
            let labels = pictures.labels.view();
            let trace =
                network.fit_weighted(x.view(), labels, weights.view(), &self.training, seed)?;
            Ok(Weighted {
                classifier: CatClassifier {
                    seed,
                    moments,
                    model: Model::Network(network),
                },
                end: trace.end,
                mean_ratio: ratio.sum() / ratio.len() as f64,
                effective_sample_size,
                pictures: pictures.len(),
            })
        })
    }

    fn learn(&self, learner: Learner, pictures: &Pictures, seed: u64) -> Result<CatClassifier> {
        let labels = pictures.labels.view();
        let (moments, x) = standardized(pictures.pixels.view())?;
        let model = match learner {
            Learner::Linear => Model::Linear(Box::new(
                LinearClassifierParams::new()
                    .check()?
                    .fit(pictures.pixels.view(), labels)?,
            )),
            Learner::Network => {
                let mut network = self.network(seed)?;
                network.fit(x.view(), labels, &self.training, seed)?;
                Model::Network(network)
            }
        };
        Ok(CatClassifier {
            seed,
            moments,
            model,
        })
    }

    fn network(&self, seed: u64) -> Result<Network<f32>> {
        let inputs = 3 * self.params.size * self.params.size;
        let plan = NetworkParams::new(inputs)
            .dense(64)
            .relu()
            .dense(32)
            .relu()
            .dense(2)
            .check()?;
        Ok(plan.build(seed))
    }

    fn draw(&self, world: World, purpose: Purpose, seed: u64) -> Result<Pictures> {
        let n = match purpose {
            Purpose::Training | Purpose::OtherTraining => self.params.training_pictures,
            Purpose::Test => self.params.test_pictures,
            Purpose::Domain | Purpose::OtherDomain => self.params.domain_pictures,
        };
        let seed = seed.wrapping_mul(8).wrapping_add(purpose as u64);
        let cats = CatParams::new(world.coat).size(self.params.size).check()?;
        let pictures = cats.sample(n, seed)?;
        Ok(match world.light {
            Some(light) => pictures.under(light),
            None => pictures,
        })
    }

    fn for_each_seed<T: Send>(
        &self,
        run: impl Fn(u64) -> Result<T> + Sync + Send,
    ) -> Result<Vec<T>> {
        self.params.seeds.clone().into_par_iter().map(run).collect()
    }
}

/// Does the coat say anything about the label? The classifier two-sample test
/// between the coats of the cats and the coats of the others.
///
/// The classifier sees the color of the fur and of its patch, and their squares.
/// Were the coat a hint at the label, `P(y|x)` could change with the coat.
///
/// ```
/// use bn_lab::{CatParams, Coat, coat_test};
/// let draw = |coat, cats, seed| CatParams::new(coat).cat_fraction(cats).check()?.sample(200, seed);
/// // A generator that paints its cats black and the others not is found out.
/// let leaky = draw(Coat::Black, 1.0, 1)?.join(&draw(Coat::Colored, 0.0, 2)?)?;
/// assert!(coat_test(&leaky, 0)?.p_value < 1e-6);
/// # Ok::<(), bn_lab::Error>(())
/// ```
///
/// # Errors
///
/// As [`two_sample_test`].
pub fn coat_test(pictures: &Pictures, seed: u64) -> Result<TwoSampleTest> {
    let with_label = |label: usize| -> Vec<usize> {
        (0..pictures.len())
            .filter(|&i| pictures.labels[i] == label)
            .collect()
    };
    let (cats, others) = (with_label(1), with_label(0));
    let n = cats.len().min(others.len());
    let columns = pictures.coats.ncols();
    let features = Array2::from_shape_fn((pictures.len(), 2 * columns), |(i, j)| {
        let color = pictures.coats[[i, j % columns]];
        if j < columns { color } else { color * color }
    });
    two_sample_test(
        features.select(Axis(0), &others[..n]).view(),
        features.select(Axis(0), &cats[..n]).view(),
        seed,
    )
}
