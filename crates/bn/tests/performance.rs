//! The figures of `cargo book bench`: their shape, and that the record is whole.

use bn::performance::{Measurement, recorded};

/// What other programs read from `cargo book bench --json`.
#[test]
fn a_measurement_is_written_with_the_documented_keys() {
    let measurement = Measurement {
        bench: "training".into(),
        shape: vec![32, 64],
        threads: 2,
        form: "into".into(),
        ours_us: 4.0,
        ours_quartiles: [3.5, 4.5],
        peer: None,
        peer_us: None,
        peer_quartiles: None,
        ratio: None,
        triad_share: None,
    };
    let json = serde_json::to_value(&measurement).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "bench": "training", "shape": [32, 64], "threads": 2, "form": "into",
            "ours_us": 4.0, "ours_quartiles": [3.5, 4.5], "peer": null, "peer_us": null,
            "peer_quartiles": null, "ratio": null, "triad_share": null,
        })
    );
    let read: Measurement = serde_json::from_value(json).unwrap();
    assert_eq!(read, measurement);
}

#[test]
fn the_record_has_every_bench_beside_pytorch_with_one_thread_and_two() {
    let record = recorded().unwrap();
    for threads in [1, 2] {
        for (bench, form, shapes) in [
            ("training", "into", 7),
            ("training", "allocating", 7),
            ("inference", "into", 7),
            ("inference", "allocating", 7),
            ("network", "step", 3),
        ] {
            let against = record.against(bench, form, threads, "pytorch");
            assert_eq!(against.len(), shapes, "{bench}, {form}, {threads} threads");
        }
        assert!(record.triad[&threads] > 0.0);
    }
}

#[test]
fn recorded_ratios_are_those_of_the_recorded_times() {
    for m in recorded().unwrap().measurements {
        let (peer, [peer_low, peer_high]) = (m.peer_us.unwrap(), m.peer_quartiles.unwrap());
        assert!((m.ratio.unwrap() / (peer / m.ours_us) - 1.0).abs() < 1e-12);
        let [low, high] = m.ours_quartiles;
        assert!(low <= m.ours_us && m.ours_us <= high, "{m:?}");
        assert!(peer_low <= peer && peer <= peer_high, "{m:?}");
    }
}
