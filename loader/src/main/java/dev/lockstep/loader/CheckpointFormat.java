package dev.lockstep.loader;

import dev.lockstep.loader.age.EncryptedName;
import dev.lockstep.loader.internal.OpenFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The formats that are read, by what a path looks like. To add one: docs/formats/README.md. */
enum CheckpointFormat {
    GGUF(GgufCheckpoint::open),
    SAFETENSORS(HuggingFaceFolder::openFile),
    HDF5(files -> Hdf5Checkpoint.open(files, files.namedFile())),
    KERAS_ARCHIVE(Hdf5Checkpoint::openArchive),
    HUGGING_FACE_FOLDER(HuggingFaceFolder::open);

    private static final List<String> PROGRAMS = List.of(".bin", ".pt", ".pth", ".ckpt", ".pkl");

    @FunctionalInterface
    private interface Opening {
        VerifiedCheckpoint open(VerifiedFiles files) throws IOException;
    }

    private final Opening opening;

    CheckpointFormat(Opening opening) {
        this.opening = opening;
    }

    /**
     * The format of what lies there.
     *
     * @throws IOException if it is neither a regular file nor a folder
     */
    static CheckpointFormat of(Path model) throws IOException {
        if (Files.isDirectory(model, LinkOption.NOFOLLOW_LINKS)) {
            return HUGGING_FACE_FOLDER;
        }
        OpenFile.requireRegularFile(model);
        if (ModelLocation.hasGroups(model)) {
            return HDF5;
        }
        refusePrograms(model);
        String name = EncryptedName.plain(model).orElse(model).getFileName().toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".json")) {
            throw new IOException(model + " holds settings, not weights; name the folder");
        }
        return name.endsWith(".safetensors") ? SAFETENSORS : name.endsWith(".keras") ? KERAS_ARCHIVE : GGUF;
    }

    /** What PyTorch and others save by default is a program that builds tensors when it is run. */
    private static void refusePrograms(Path model) throws IOException {
        String name = model.getFileName().toString().toLowerCase(Locale.ROOT);
        if (PROGRAMS.stream().anyMatch(name::endsWith)) {
            throw new IOException(model + " holds a program in Python's pickle format, which is not run; save the model as safetensors");
        }
    }

    /** Reads, verifies and parses it. Whatever was read is closed if that fails. */
    VerifiedCheckpoint open(VerifiedFiles files) throws IOException {
        return opening.open(files);
    }
}
