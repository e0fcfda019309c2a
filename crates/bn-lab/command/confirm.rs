use std::process::ExitCode;

use anyhow::Result;
use bn_lab::Measurements;
use bn_lab::claims;
use bn_lab::sweep::Sweep;

use crate::scoreboard::verdict;

/// How often an honest record may fail to agree with some effect of a whole run.
const RISK: f64 = 1e-3;

/// Says on standard output which verdicts other seeds change, and whether the effects agree
/// nonetheless. Fails if one of them does not.
pub(crate) fn compare(sweep: &Sweep, measured: &[Measurements]) -> Result<ExitCode> {
    let (mut same, mut different, mut expected, mut disagree) = (0, 0, 0.0, 0);
    let risk = RISK / sweep.claims().len() as f64;
    for new in claims::judge(sweep.claims(), measured)? {
        let claim = claims::claim(new.id)?;
        let recorded = claim.recorded()?;
        expected += 1.0 - 0.01 * f64::from(recorded.repeats);
        let of_claim = |m: &&Measurements| m.experiment() == claim.experiment.id;
        let agrees = match measured.iter().find(of_claim) {
            Some(measured) => claim.agrees(&claim.experiment.recorded()?, measured, risk)?,
            None => false,
        };
        if recorded.verdict == new.verdict && agrees {
            same += 1;
            continue;
        }
        different += usize::from(recorded.verdict != new.verdict);
        disagree += usize::from(!agrees);
        let word = if agrees { "agree" } else { "DO NOT AGREE" };
        println!("{}: the effects {word}", new.id);
        for (whose, outcome) in [("recorded", &recorded), ("here", &new)] {
            let effect = outcome.estimate().readable();
            println!("  {whose:<8}  {effect}  {}", verdict(outcome));
        }
    }
    let seeds = sweep.seeds();
    println!(
        "seeds {} to {}: {same} verdicts confirmed, {different} differ (about {expected:.0} were \
         to be expected by chance); {disagree} effects do not agree with the record",
        seeds.start,
        seeds.end - 1
    );
    Ok(if disagree == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
