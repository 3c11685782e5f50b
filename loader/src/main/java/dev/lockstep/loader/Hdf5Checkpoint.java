package dev.lockstep.loader;

import dev.lockstep.loader.internal.ByteSource;
import dev.lockstep.loader.internal.hdf5.Hdf5File;
import dev.lockstep.loader.internal.hdf5.Hdf5Model;
import dev.lockstep.loader.internal.huggingface.ModelTranslation;
import dev.lockstep.loader.internal.keras.KerasArchive;
import dev.lockstep.loader.internal.keras.KerasModel;
import dev.lockstep.loader.internal.tensors.StoredTensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A checkpoint in an HDF5 file or in an archive of Keras, and what lies beside it; docs/formats/hdf5.md has the layouts. */
final class Hdf5Checkpoint {
    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "model.weights.h5";

    private final VerifiedFiles files;

    private Hdf5Checkpoint(VerifiedFiles files) {
        this.files = files;
    }

    /**
     * Opens an HDF5 file.
     *
     * @param name of the file
     */
    static VerifiedCheckpoint open(VerifiedFiles files, String name) throws IOException {
        var checkpoint = new Hdf5Checkpoint(files);
        return checkpoint.open(files.read(name).source(), file -> KerasModel.matches(file)
                ? checkpoint.keras(file, checkpoint.configBeside(), CONFIG)
                : checkpoint.ours(file));
    }

    /** Opens a {@code .keras} file. */
    static VerifiedCheckpoint openArchive(VerifiedFiles files) throws IOException {
        var checkpoint = new Hdf5Checkpoint(files);
        KerasArchive archive = KerasArchive.read(files.read(files.namedFile()).source());
        byte[] config = archive.bytes(CONFIG);
        return checkpoint.open(archive.entry(WEIGHTS), file -> checkpoint.keras(file, config, files.name() + '/' + CONFIG));
    }

    private interface Layout {
        VerifiedCheckpoint checkpoint(Hdf5File file) throws IOException;
    }

    private VerifiedCheckpoint open(ByteSource source, Layout layout) throws IOException {
        Hdf5File file = Hdf5File.read(source);
        try {
            return layout.checkpoint(file);
        } catch (Throwable t) {
            file.close();
            throw t;
        }
    }

    private VerifiedCheckpoint ours(Hdf5File file) throws IOException {
        Hdf5Model model = Hdf5Model.of(file, files.name(), files.group());
        ModelTranslation translation = model.config().isPresent()
                ? ModelTranslation.of(model.config().get().getBytes(StandardCharsets.UTF_8), files.name() + ", attribute " + Hdf5File.CONFIG)
                : ModelTranslation.of(configBeside(), CONFIG);
        return checkpoint(file, translation, model.tensors(), "HDF5" + (model.group().isEmpty() ? "" : ", group " + model.group()), model.group());
    }

    private VerifiedCheckpoint keras(Hdf5File file, byte[] config, String configName) throws IOException {
        KerasModel model = KerasModel.of(file, config, configName);
        return checkpoint(file, ModelTranslation.ofKeras(model.config(), configName), model.tensors(), "Keras 3", "");
    }

    private VerifiedCheckpoint checkpoint(Hdf5File file, ModelTranslation translation, List<StoredTensor> tensors, String format, String part)
            throws IOException {
        var tokenizer = TokenizerOfFolder.read(files);
        files.admit();
        return files.checkpoint(translation.translate(files.name(), tokenizer.metadata(translation), tensors), tensors, format, part, file::close);
    }

    private byte[] configBeside() throws IOException {
        if (!files.has(CONFIG)) {
            throw new ModelFormatException(files.name(), ModelFormatException.NO_OFFSET, "", "there is no " + CONFIG
                    + " beside it that says what the tensors mean, nor an attribute \"" + Hdf5File.CONFIG + "\" in it");
        }
        return files.readWhole(CONFIG, LoadLimits.MAX_TEXT_BYTES);
    }
}
