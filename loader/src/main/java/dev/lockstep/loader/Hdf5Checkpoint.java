package dev.lockstep.loader;

import dev.lockstep.loader.internal.hdf5.Hdf5File;
import dev.lockstep.loader.internal.hdf5.Hdf5Model;
import dev.lockstep.loader.internal.huggingface.ModelTranslation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** A checkpoint in an HDF5 file, and what lies beside it; docs/formats/hdf5.md has the layouts. */
final class Hdf5Checkpoint {
    private static final String CONFIG = "config.json";

    private final VerifiedFiles files;

    private Hdf5Checkpoint(VerifiedFiles files) {
        this.files = files;
    }

    static VerifiedCheckpoint open(VerifiedFiles files) throws IOException {
        Hdf5File file = Hdf5File.read(files.read(files.namedFile()).source());
        try {
            return new Hdf5Checkpoint(files).checkpoint(file);
        } catch (Throwable t) {
            file.close();
            throw t;
        }
    }

    private VerifiedCheckpoint checkpoint(Hdf5File file) throws IOException {
        Hdf5Model model = Hdf5Model.of(file, files.name(), files.group());
        ModelTranslation translation = translation(model);
        var tokenizer = TokenizerOfFolder.read(files, translation.vocabularySize());
        var translated = translation.translate(files.name(), tokenizer, model.tensors());
        String format = "HDF5" + (model.group().isEmpty() ? "" : ", group " + model.group());
        return files.checkpoint(translated.tensors(), model.tensors(), format, translated.metadata(), file::close);
    }

    private ModelTranslation translation(Hdf5Model model) throws IOException {
        if (model.config().isPresent()) {
            byte[] config = model.config().get().getBytes(StandardCharsets.UTF_8);
            return ModelTranslation.of(config, files.name() + ", attribute " + Hdf5File.CONFIG);
        }
        if (!files.has(CONFIG)) {
            throw new ModelFormatException(files.name(), ModelFormatException.NO_OFFSET, "", "has no attribute \"" + Hdf5File.CONFIG
                    + "\", and there is no " + CONFIG + " beside it, that says what the tensors mean");
        }
        return ModelTranslation.of(files.readWhole(CONFIG, LoadLimits.MAX_TEXT_BYTES), CONFIG);
    }
}
