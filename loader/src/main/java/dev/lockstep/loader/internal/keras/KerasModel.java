package dev.lockstep.loader.internal.keras;

import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.internal.hdf5.Hdf5Dataset;
import dev.lockstep.loader.internal.hdf5.Hdf5File;
import dev.lockstep.loader.internal.tensors.StoredTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A backbone of keras-hub as a checkpoint of transformers.
 *
 * @param config its settings, as transformers would write them
 * @param tensors under the names of transformers; matrices are (input, output), as Keras has them
 */
public record KerasModel(byte[] config, List<StoredTensor> tensors) {
    /** Where Keras keeps the variables of a layer. */
    private static final String VARIABLES = "/vars/";

    /** State of training and of random numbers, which changes nothing that is computed. */
    private static final List<String> IGNORED = List.of("optimizer/", "metrics/", "/seed_generator/");

    /** True if the datasets of a file are variables of Keras. */
    public static boolean matches(Hdf5File file) {
        return file.datasets().stream().anyMatch(dataset -> dataset.tensor().name().contains(VARIABLES));
    }

    /** True if a file is the settings of a class of Keras, as keras-hub writes them for models, tasks and tokenizers. */
    public static boolean isSettings(byte[] json) {
        return KerasConfig.isSettings(json);
    }

    /**
     * Translates.
     *
     * @param file borrowed by the result
     * @param config settings as Keras writes them
     * @param name of the settings, for messages
     * @throws ModelFormatException if it is another model than those in the table, or has variables that are not part of it
     */
    public static KerasModel of(Hdf5File file, byte[] config, String name) {
        KerasConfig settings = KerasConfig.parse(config, name);
        var tensors = new ArrayList<StoredTensor>();
        for (Hdf5Dataset dataset : file.datasets()) {
            String path = dataset.tensor().name();
            Optional<String> tensor = settings.backbone().tensorName(path);
            if (tensor.isPresent()) {
                tensors.add(KerasTensor.of(tensor.get(), dataset.tensor()));
            } else if (IGNORED.stream().noneMatch(path::contains)) {
                throw new ModelFormatException(dataset.tensor().file(), ModelFormatException.NO_OFFSET, path,
                        "this variable is not part of the model as it is supported; without it the results would be wrong");
            }
        }
        // where the output has a matrix of its own it is stored, whatever the settings say: not every version of them says it
        boolean tied = tensors.stream().noneMatch(tensor -> tensor.name().equals("lm_head.weight"));
        settings.json().put("tie_word_embeddings", tied);
        return new KerasModel(settings.bytes(), tensors);
    }
}
