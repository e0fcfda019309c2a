//! What shows itself beneath a cell, and how.

use bn_core::{BatchNorm, Moments};
use bn_lab::claims::claim;
use bn_lab::{End, NetworkParams, Trace};
use bn_plot::Show;
use ndarray::{Array1, Array2, Array3, array};
use proptest::prelude::*;

type Tested = Result<(), Box<dyn std::error::Error>>;

#[test]
fn an_array_shows_its_numbers_with_their_indices_and_leaves_out_the_middle() {
    let long = Array2::from_shape_fn((100, 3), |(i, j)| (10 * i + j) as f64).shown();
    assert!(long.contains("Array of f64, shape [100, 3]."));
    for row in ["0", "5", "…", "99"] {
        assert!(
            long.contains(&format!("<th scope=\"row\">{row}</th>")),
            "{row}"
        );
    }
    assert!(!long.contains("<th scope=\"row\">6</th>") && long.contains(">992<"));
    let cube = Array3::<f32>::zeros((2, 2, 2)).shown();
    assert!(cube.contains("shape [2, 2, 2]. The matrix at [0, .., ..]."));
    assert!(Array1::<f64>::zeros(0).shown().contains("no numbers"));
    assert!(
        array![1_usize, 2]
            .shown()
            .contains("Array of usize, shape [2].")
    );
    let transposed = array![[1.0, 2.0], [3.0, 4.0]].reversed_axes();
    assert!(
        transposed.shown().contains("0  1  3\n1  2  4"),
        "{}",
        transposed.shown()
    );
}

#[test]
fn moments_of_any_kind_show_a_row_for_each_channel() -> Tested {
    let moments = Moments::of(array![[1.0, 0.0], [3.0, 0.0]].view())?.shown();
    assert!(moments.contains("Moments of 2 channels."));
    assert!(
        moments.contains("0           2         1                   1"),
        "{moments}"
    );
    // Not what the crate makes, but what its public fields allow.
    let odd = Moments {
        mean: array![f64::NAN, 1.0],
        variance: array![-1.0],
    };
    assert!(odd.shown().contains('…'));
    Ok(())
}

#[test]
fn a_batch_norm_shows_the_formula_with_its_numbers() -> Tested {
    let mut norm = BatchNorm::<f64>::params(2).epsilon(1e-3).check()?.layer();
    norm.gamma_mut().assign(&array![-2.0, 1.0]);
    norm.beta_mut().assign(&array![-0.5, 3.0]);
    norm.set_running(Moments {
        mean: array![-4.0, 1.5e-7],
        variance: array![9.0, 1.0],
    })?;
    let shown = norm.shown();
    let formula = r"y_{0} &= -2\,\frac{x_{0} + 4}{\sqrt{9 + 0.001}} - 0.5";
    assert!(shown.contains(formula), "{shown}");
    assert!(shown.contains(r"{x_{1} - 1.5 \cdot 10^{-7}}{"), "{shown}");
    assert!(
        shown.contains("y_0 = −2 · (x_0 + 4) / √(9 + 0.001) - 0.5"),
        "{shown}"
    );
    Ok(())
}

#[test]
fn a_training_shows_its_losses_up_to_where_they_end() {
    let trace = |losses: Vec<f64>, end| Trace { losses, end }.shown();
    let fine = trace(vec![2.0, 1.0], End::Finished);
    assert!(fine.contains("image/svg+xml") && fine.contains("from 2 to 1."));
    let diverged = trace(vec![2.0, 9.0, f64::NAN], End::Diverged { step: 2 });
    assert!(diverged.contains("from 2 to 9. Diverged in step 2."));
    assert!(
        trace(vec![f64::NAN], End::Diverged { step: 0 }).contains("No step with a finite loss.")
    );
    assert!(
        trace(vec![1.0; 20_000], End::Finished).len() < 60_000,
        "a long training is a small picture"
    );
}

#[test]
fn claims_and_networks_show_a_table() -> Tested {
    let claim = claim("patience")?;
    assert!(claim.shown().contains("said by"));
    let outcomes = [claim.recorded()?];
    assert!(outcomes[0].shown().contains("1 claim on trial."));
    assert!(outcomes[..0].shown().contains("0 claims on trial."));
    let network = NetworkParams::new(3).dense(2).check()?.build::<f32>(0);
    assert!(
        network
            .shown()
            .contains("A network with 3 inputs and 8 parameters.")
    );
    Ok(())
}

proptest! {
    /// Whatever the numbers are, they are shown.
    #[test]
    fn any_array_can_be_shown(values in prop::collection::vec(any::<f64>(), 0..30), rows in 1_usize..4) {
        let columns = values.len() / rows;
        let x = Array2::from_shape_vec((rows, columns), values[..rows * columns].to_vec())?;
        prop_assert!(x.shown().contains("shape"));
        prop_assert!(x.row(0).shown().contains("text/plain"));
    }
}
