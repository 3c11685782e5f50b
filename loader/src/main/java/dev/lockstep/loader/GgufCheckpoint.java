package dev.lockstep.loader;

import dev.lockstep.loader.internal.CheckpointHeader;
import dev.lockstep.loader.internal.gguf.GgufReader;
import dev.lockstep.loader.internal.gguf.SplitName;
import dev.lockstep.loader.internal.translate.RowSource;
import dev.lockstep.loader.internal.translate.Rows;
import dev.lockstep.loader.internal.translate.TranslatedModel;
import dev.lockstep.loader.internal.translate.TranslatedTensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A checkpoint of one GGUF file, or of several that one was split into ({@code NAME-00001-of-00003.gguf}; ggml-org/llama.cpp,
 * tools/gguf-split). The first part has the metadata, each has some of the tensors, and any may be named.
 */
final class GgufCheckpoint {
    private static final String SPLIT_KEYS = "split.";
    private static final String SPLIT_COUNT = "split.count";
    private static final String SPLIT_NUMBER = "split.no";
    private static final String SPLIT_TENSORS = "split.tensors.count";

    private final VerifiedFiles files;
    private final List<FileBytes> parts = new ArrayList<>();
    private final List<CheckpointHeader> headers = new ArrayList<>();

    private GgufCheckpoint(VerifiedFiles files) {
        this.files = files;
    }

    static VerifiedCheckpoint open(VerifiedFiles files) throws IOException {
        var checkpoint = new GgufCheckpoint(files);
        checkpoint.readParts();
        return checkpoint.opened();
    }

    private void readParts() throws IOException {
        Optional<SplitName> name = SplitName.parse(files.namedFile());
        List<String> names = name.map(this::partsOf).orElse(List.of(files.namedFile()));
        if (names.size() > 1) {
            files.requireRoom(names.stream().filter(files::has).toList());
        }
        for (String each : names) {
            parts.add(files.read(each));
        }
        files.admit();
        for (FileBytes part : parts) {
            headers.add(GgufReader.read(part.source()));
        }
        requireWhole(name);
    }

    /** All, even those that are missing; but where there is only a first one, it may be a whole model by itself. */
    private List<String> partsOf(SplitName name) {
        List<String> all = name.all();
        return all.stream().skip(1).anyMatch(files::has) ? all : all.subList(0, 1);
    }

    /** The first part says what the name says, and all are there. */
    private void requireWhole(Optional<SplitName> name) {
        int count = splitCount(headers.getFirst());
        if (count > 1 && name.filter(each -> each.count() == count).isEmpty()) {
            throw headers.getFirst().metadata().malformed(SPLIT_COUNT,
                    "is " + count + ", so the name must end like -00001-of-" + SplitName.number(count) + ".gguf");
        }
        if (parts.stream().limit(Math.max(1, count)).noneMatch(part -> part.source().name().equals(files.namedFile()))) {
            throw headers.getFirst().metadata().malformed(SPLIT_COUNT,
                    "says " + count + ", so " + files.namedFile() + ", which was named, is no part of it");
        }
        if (Math.max(1, count) != parts.size()) {
            throw headers.getFirst().metadata().malformed(SPLIT_COUNT, "is " + count + ", but the parts by that name are " + parts.size());
        }
        if (count > 1) {
            requireInPlace(count);
        }
    }

    private static int splitCount(CheckpointHeader header) {
        return header.metadata().integer(SPLIT_COUNT, 0, SplitName.MAX_COUNT).orElse(0);
    }

    /** Each part is in its place, none says anything but where that is, and together they have as many tensors as the first one says. */
    private void requireInPlace(int count) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < count; i++) {
            Metadata metadata = headers.get(i).metadata();
            if (splitCount(headers.get(i)) != count || metadata.requireInteger(SPLIT_NUMBER, 0, SplitName.MAX_COUNT) != i) {
                throw metadata.malformed(SPLIT_NUMBER, "must be " + i + " of " + count + " in this file");
            }
            if (i > 0) {
                metadata.keys().stream().filter(key -> !key.startsWith(SPLIT_KEYS)).findFirst().ifPresent(key -> {
                    throw metadata.malformed(key, "is a setting of the model, which only the first part has");
                });
            }
            for (TensorInfo tensor : headers.get(i).tensors()) {
                if (!names.add(tensor.name())) {
                    throw new ModelFormatException(metadata.file(), ModelFormatException.NO_OFFSET, tensor.name(), "is in another part, too");
                }
            }
        }
        Metadata first = headers.getFirst().metadata();
        int stated = first.requireInteger(SPLIT_TENSORS, 0, LoadLimits.MAX_TENSORS);
        if (stated != names.size()) {
            throw first.malformed(SPLIT_TENSORS, stated + " are stated, but there are " + names.size());
        }
    }

    private VerifiedCheckpoint opened() throws IOException {
        CheckpointHeader header = parts.size() == 1 ? headers.getFirst() : joined();
        CheckpointBytes bytes = parts.size() == 1 ? parts.getFirst() : new SplitBytes(parts);
        if (files.options().type().isPresent()) {
            List<TranslatedTensor> tensors = header.tensors().stream().map(tensor ->
                    new TranslatedTensor(tensor.name(), Rows.of(bytes.source(), tensor))).toList();
            var stored = tensors.stream().map(TranslatedTensor::rows).flatMap(RowSource::parts).toList();
            return files.checkpoint(new TranslatedModel(header.metadata(), tensors, header.origins()), stored, header.format(), "", () -> { });
        }
        return files.checkpoint(bytes, header);
    }

    /** Offsets count from the start of the first file, as if all lay one behind the other. */
    private CheckpointHeader joined() {
        List<TensorInfo> tensors = new ArrayList<>();
        long start = 0;
        for (int i = 0; i < parts.size(); i++) {
            for (TensorInfo tensor : headers.get(i).tensors()) {
                tensors.add(tensor.movedBy(start));
            }
            start = Math.addExact(start, parts.get(i).fileBytes());
        }
        return new CheckpointHeader(headers.getFirst().format() + ", " + parts.size() + " files", headers.getFirst().metadata(), tensors);
    }
}
