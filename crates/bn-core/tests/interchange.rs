//! Layers that leave the program and come back.

#[cfg(feature = "serde")]
mod json {
    use bn_core::{Affine, BatchNorm, ChannelAxis, ExampleNorm, RenormLimits, RunningStep};
    use ndarray::array;

    #[test]
    fn a_layer_survives_serialization() {
        let params = BatchNorm::<f64>::params(2)
            .affine(Affine::Scale)
            .channel_axis(ChannelAxis::Last)
            .renorm(RenormLimits {
                r_max: 3.0,
                d_max: 5.0,
            })
            .ghost_batch(2)
            .running_step(RunningStep::Once)
            .cumulative_average();
        let mut layer = params.check().unwrap().layer();
        layer.gamma_mut().assign(&array![0.5, 2.0]);
        layer
            .forward_train(array![[1.0, 2.0], [4.0, -1.0]].view())
            .unwrap();
        let text = serde_json::to_string(&layer).unwrap();
        assert_eq!(
            serde_json::from_str::<BatchNorm<f64>>(&text).unwrap(),
            layer
        );

        let layer = ExampleNorm::<f32>::group(2, 4).check().unwrap().layer();
        let text = serde_json::to_string(&layer).unwrap();
        assert_eq!(
            serde_json::from_str::<ExampleNorm<f32>>(&text).unwrap(),
            layer
        );
    }

    #[test]
    fn a_layer_that_could_not_have_been_built_is_not_read() {
        let layer = BatchNorm::<f64>::params(1).check().unwrap().layer();
        let text = serde_json::to_string(&layer).unwrap();
        for (good, bad) in [("0.00001", "-1.0"), ("\"channels\":1", "\"channels\":2")] {
            let good = if text.contains(good) { good } else { "1e-5" };
            let bad = text.replacen(good, bad, 1);
            assert_ne!(bad, text);
            assert!(
                serde_json::from_str::<BatchNorm<f64>>(&bad).is_err(),
                "{bad}"
            );
        }
    }
}

#[cfg(feature = "safetensors")]
mod safetensors {
    use bn_core::batch_norm::state_dict;
    use bn_core::{Affine, BatchNorm};
    use ndarray::array;

    fn trained(affine: Affine) -> BatchNorm<f32> {
        let mut layer = BatchNorm::params(2).affine(affine).check().unwrap().layer();
        layer.gamma_mut().iter_mut().for_each(|gamma| *gamma = 0.3);
        layer
            .forward_train(array![[1.0, 2.0], [4.0, -1.0]].view())
            .unwrap();
        layer
    }

    #[test]
    fn layers_survive_under_their_names() {
        let (a, b) = (trained(Affine::ScaleShift), trained(Affine::None));
        let bytes = state_dict(&[("bn1", &a), ("layer.0.bn", &b)]).unwrap();
        let fresh = |affine| {
            BatchNorm::<f32>::params(2)
                .affine(affine)
                .check()
                .unwrap()
                .layer()
        };
        let mut read = fresh(Affine::ScaleShift);
        read.load_state_dict("bn1", &bytes).unwrap();
        assert_eq!(read, a);
        let mut read = fresh(Affine::None);
        read.load_state_dict("layer.0.bn", &bytes).unwrap();
        assert_eq!(read, b);
        assert_eq!(read.batches_tracked(), 1);
    }

    #[test]
    fn the_entries_are_those_of_pytorch() {
        let bytes = state_dict(&[("bn", &trained(Affine::ScaleShift))]).unwrap();
        let file = ::safetensors::SafeTensors::deserialize(&bytes).unwrap();
        let mut names = file.names();
        names.sort_unstable();
        let expected = [
            "bn.bias",
            "bn.num_batches_tracked",
            "bn.running_mean",
            "bn.running_var",
            "bn.weight",
        ];
        assert_eq!(names, expected);
        let tracked = file.tensor("bn.num_batches_tracked").unwrap();
        assert_eq!(
            (tracked.shape(), tracked.data()),
            (&[][..], &[1, 0, 0, 0, 0, 0, 0, 0][..])
        );
        let weight = file.tensor("bn.weight").unwrap();
        assert_eq!(
            weight.data(),
            [0.3_f32.to_le_bytes(), 0.3_f32.to_le_bytes()].concat()
        );
    }

    #[test]
    fn files_that_do_not_fit_are_refused_and_change_nothing() {
        let bytes = state_dict(&[("bn", &trained(Affine::None))]).unwrap();
        let mut layer = trained(Affine::ScaleShift);
        let before = layer.clone();
        assert!(layer.load_state_dict("bn", &bytes).is_err()); // no weight
        assert!(layer.load_state_dict("other", &bytes).is_err());
        assert!(layer.load_state_dict("bn", b"nonsense").is_err());
        assert_eq!(layer, before);
        let mut double = BatchNorm::<f64>::params(2)
            .affine(Affine::None)
            .check()
            .unwrap()
            .layer();
        assert_eq!(
            double
                .load_state_dict("bn", &bytes)
                .unwrap_err()
                .to_string(),
            "bn.running_mean: given F32 [2], expected F64 [2]: \
             check the name and the type of the layer that was saved"
        );
    }
}
