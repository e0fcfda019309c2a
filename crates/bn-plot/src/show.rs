use bn_core::{BatchNorm, Float, Moments};
use bn_lab::claims::{Claim, Outcome};
use bn_lab::{End, Network, Trace};
use ndarray::{ArrayBase, ArrayViewD, Axis, Data, Dimension};

use crate::decimals::with_minus;
use crate::figure::content;
use crate::{Arm, Figure, LineChart, Record, Recorded, Table, verdicts};

/// Rows, columns and channels of which more are told by "…".
const MOST: usize = 8;
/// Points of a line, so that a long training is still a small picture.
const MOST_POINTS: usize = 500;

/// What shows itself beneath a cell: a picture, a table or a formula for a notebook and for the
/// pages of the book, with a text for a terminal.
///
/// The last expression of a cell is shown; elsewhere call [`show`](Show::show).
///
/// ```
/// use bn_plot::Show;
/// use ndarray::array;
/// let shown = array![[1.0, 2.5], [f64::NAN, -3.0]].shown();
/// assert!(shown.contains("<caption>Array of f64, shape [2, 2].</caption>"));
/// assert!(shown.contains("NaN") && shown.contains("−3"));
/// ```
pub trait Show {
    /// The blocks that a notebook takes as an output.
    fn shown(&self) -> String;

    /// Prints it.
    fn show(&self) {
        print!("{}", self.shown());
    }

    /// What evcxr calls with the last expression of a cell.
    fn evcxr_display(&self) {
        self.show();
    }
}

/// A line for people, then the picture.
impl Show for Figure {
    fn shown(&self) -> String {
        self.to_string()
    }
}

/// The table as HTML and as text.
impl Show for Table {
    fn shown(&self) -> String {
        self.to_string()
    }
}

/// The numbers with their indices: of the first matrix, if there are more than two axes.
impl<S, D> Show for ArrayBase<S, D>
where
    S: Data<Elem: Recorded>,
    D: Dimension,
{
    fn shown(&self) -> String {
        let name = std::any::type_name::<S::Elem>();
        array_table(self.view().into_dyn(), name).to_string()
    }
}

fn array_table<A: Recorded>(array: ArrayViewD<A>, name: &str) -> Table {
    let mut caption = format!("Array of {name}, shape {:?}.", array.shape());
    let mut matrix = array;
    if matrix.is_empty() {
        let said = [Record::Text("no numbers".into())];
        return Table::unchecked(caption, vec![String::new()], vec![said.to_vec()]);
    }
    if matrix.ndim() > 2 {
        let leading = matrix.ndim() - 2;
        let zeros: Vec<_> = std::iter::repeat_n("0, ", leading).collect();
        caption = format!("{caption} The matrix at [{}.., ..].", zeros.concat());
    }
    while matrix.ndim() > 2 {
        matrix.index_axis_inplace(Axis(0), 0);
    }
    while matrix.ndim() < 2 {
        matrix.insert_axis_inplace(Axis(0));
    }
    let columns = told(matrix.len_of(Axis(1)));
    let header = std::iter::once(String::new()).chain(columns.iter().map(index));
    let row = |i: &Option<usize>| {
        let cell = |j: &Option<usize>| match (i, j) {
            (Some(i), Some(j)) => matrix[[*i, *j]].record(),
            _ => Record::Text("…".into()),
        };
        let title = Record::Text(index(i));
        std::iter::once(title)
            .chain(columns.iter().map(cell))
            .collect()
    };
    let rows = told(matrix.len_of(Axis(0))).iter().map(row).collect();
    Table::unchecked(caption, header.collect(), rows)
}

/// Which of so many indices are told; `None` stands for those between.
fn told(count: usize) -> Vec<Option<usize>> {
    if count <= MOST {
        return (0..count).map(Some).collect();
    }
    let first = (0..MOST - 2).map(Some);
    first.chain([None, Some(count - 1)]).collect()
}

fn index(at: &Option<usize>) -> String {
    at.map_or("…".into(), |at| at.to_string())
}

/// Mean, variance and standard deviation of each channel.
impl<F: Float + Recorded> Show for Moments<F> {
    fn shown(&self) -> String {
        let channels = self.mean.len();
        let header = ["channel", "mean", "variance", "standard deviation"].map(String::from);
        let row = |c: &Option<usize>| match *c {
            Some(c) if c < self.variance.len() => vec![
                Record::Text(c.to_string()),
                self.mean[c].record(),
                self.variance[c].record(),
                self.variance[c].sqrt().record(),
            ],
            _ => vec![Record::Text("…".into()); 4],
        };
        let rows = told(channels).iter().map(row).collect();
        let caption = format!("Moments of {}.", counted(channels, "channel"));
        Table::unchecked(caption, header.to_vec(), rows).to_string()
    }
}

/// The layer in inference as the formula it is, channel by channel.
impl<F: Float + Recorded> Show for BatchNorm<F> {
    fn shown(&self) -> String {
        let running = self.running();
        let number = |x: F| x.record().to_string();
        let line = |c: &Option<usize>| {
            let Some(c) = *c else {
                return [r"&\;\;\vdots".into(), "…".into()];
            };
            let [gamma, beta] = [self.gamma()[c], self.beta()[c]].map(number);
            let [mean, variance] = [running.mean[c], running.variance[c]].map(number);
            let epsilon = number(self.epsilon());
            [
                format!(
                    r"y_{{{c}}} &= {}\,\frac{{x_{{{c}}} {}}}{{\sqrt{{{} + {}}}}} {}",
                    tex(&gamma),
                    minus(&mean, tex),
                    tex(&variance),
                    tex(&epsilon),
                    plus(&beta, tex),
                ),
                format!(
                    "y_{c} = {} · (x_{c} {}) / √({} + {epsilon}) {}",
                    with_minus(&gamma),
                    minus(&mean, with_minus),
                    with_minus(&variance),
                    plus(&beta, with_minus),
                ),
            ]
        };
        let lines: Vec<_> = told(self.gamma().len()).iter().map(line).collect();
        let [tex, text]: [Vec<&str>; 2] =
            [0, 1].map(|form| lines.iter().map(|line| line[form].as_str()).collect());
        let tex = format!(
            "$$\\begin{{aligned}}\n{}\n\\end{{aligned}}$$",
            tex.join("\\\\[6pt]\n")
        );
        content("text/latex", &tex) + &content("text/plain", &text.join("\n"))
    }
}

/// `1e-5` as `10^{-5}`.
fn tex(number: &str) -> String {
    match number.split_once('e') {
        Some(("1", exponent)) => format!("10^{{{exponent}}}"),
        Some((mantissa, exponent)) => format!(r"{mantissa} \cdot 10^{{{exponent}}}"),
        None if number == "inf" => r"\infty".into(),
        None => number.into(),
    }
}

/// `+ x`, or `− |x|`.
fn plus(number: &str, write: impl Fn(&str) -> String) -> String {
    match number.strip_prefix('-') {
        Some(size) => format!("- {}", write(size)),
        None => format!("+ {}", write(number)),
    }
}

/// `− x`, or `+ |x|`.
fn minus(number: &str, write: impl Fn(&str) -> String) -> String {
    match number.strip_prefix('-') {
        Some(size) => format!("+ {}", write(size)),
        None => format!("- {}", write(number)),
    }
}

/// The loss of every step, as far as it is a number.
impl Show for Trace {
    fn shown(&self) -> String {
        let losses: Vec<f64> = self
            .losses
            .iter()
            .copied()
            .take_while(|loss| loss.is_finite())
            .collect();
        let end = match self.end {
            End::Finished => String::new(),
            End::Stopped { step } => format!(" Stopped before step {step}."),
            End::Diverged { step } => format!(" Diverged in step {step}."),
        };
        let (Some(first), Some(last)) = (losses.first(), losses.last()) else {
            return content("text/plain", &format!("No step with a finite loss.{end}"));
        };
        let from_to = format!("{} to {}", Record::Number(*first), Record::Number(*last));
        let caption = format!("Loss of each batch, from {from_to}.{end}");
        let every = losses.len().div_ceil(MOST_POINTS);
        let points = losses.iter().copied().enumerate().step_by(every);
        let (steps, losses): (Vec<_>, Vec<_>) = points.unzip();
        let figure = LineChart::new("training step", "loss, in nats")
            .line(Arm::Source.labeled("loss"), steps, losses)
            .figure("losses", caption.as_str(), caption.as_str());
        figure.map_or_else(
            |_| content("text/plain", &caption),
            |figure| figure.to_string(),
        )
    }
}

/// What is said, by whom, and how it is measured.
impl Show for Claim {
    fn shown(&self) -> String {
        let rows = [
            ("claim", self.statement),
            ("said by", self.source),
            ("measured", self.measured_by),
            ("chapter", self.chapter),
        ];
        let row = |(title, text): (&str, &str)| {
            [title, text].map(|text| Record::Text(text.into())).to_vec()
        };
        let expected = ("expected", &*with_minus(&self.predicted.to_string()));
        let rows = rows.into_iter().chain([expected]).map(row).collect();
        let caption = format!("The claim “{}”.", self.id);
        Table::unchecked(caption, vec![String::new(); 2], rows).to_string()
    }
}

/// The verdict, with what came out beside what was expected.
impl Show for Outcome {
    fn shown(&self) -> String {
        std::slice::from_ref(self).shown()
    }
}

/// A row for each claim.
impl Show for [Outcome] {
    fn shown(&self) -> String {
        let caption = format!("{} on trial.", counted(self.len(), "claim"));
        let table = verdicts(self).caption(caption.as_str());
        table.map_or_else(
            |_| content("text/plain", &caption),
            |table| table.to_string(),
        )
    }
}

/// A row for each layer.
impl<F: Float> Show for Network<F> {
    fn shown(&self) -> String {
        let summary = self.summary();
        let header = ["layer", "kind", "outputs", "parameters"].map(String::from);
        let row = |(i, layer): (usize, &bn_lab::LayerSummary)| {
            vec![
                Record::Text(i.to_string()),
                Record::Text(layer.kind.into()),
                Record::Integer(layer.outputs as i128),
                Record::Integer(layer.parameters as i128),
            ]
        };
        let rows = summary.iter().enumerate().map(row).collect();
        let parameters: usize = summary.iter().map(|layer| layer.parameters).sum();
        let inputs = counted(self.inputs(), "input");
        let caption = format!(
            "A network with {inputs} and {}.",
            counted(parameters, "parameter")
        );
        Table::unchecked(caption, header.to_vec(), rows).to_string()
    }
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}
