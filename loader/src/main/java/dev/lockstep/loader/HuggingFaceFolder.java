package dev.lockstep.loader;

import dev.lockstep.loader.internal.huggingface.ModelTranslation;
import dev.lockstep.loader.internal.huggingface.ShardIndex;
import dev.lockstep.loader.internal.safetensors.SafetensorsReader;
import dev.lockstep.loader.internal.tensors.StoredTensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A checkpoint as transformers saves it: {@code config.json}, weights in one safetensors file or several with an index, and tokenizer files. */
final class HuggingFaceFolder {
    private static final String CONFIG = "config.json";
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    /** Weights in one HDF5 file, if there are none in safetensors. */
    private static final List<String> HDF5_FILES = List.of("model.h5", "model.weights.h5");
    private static final String POOLING = "1_Pooling/config.json";

    private final VerifiedFiles files;
    /** The files with weights, in the order in which they were read. */
    private final Map<String, FileBytes> shards = new LinkedHashMap<>();

    private HuggingFaceFolder(VerifiedFiles files) {
        this.files = files;
    }

    /** Opens the folder. */
    static VerifiedCheckpoint open(VerifiedFiles files) throws IOException {
        for (String name : HDF5_FILES) {
            if (files.has(name) && !files.has(SINGLE) && !files.has(INDEX)) {
                return Hdf5Checkpoint.open(files, name);
            }
        }
        var folder = new HuggingFaceFolder(files);
        ModelTranslation model = folder.settings();
        Optional<ShardIndex> index = folder.readWeights();
        return folder.checkpoint(model, index);
    }

    /** Opens one safetensors file, with its settings beside it. */
    static VerifiedCheckpoint openFile(VerifiedFiles files) throws IOException {
        if (files.has(INDEX)) {
            throw new ModelFormatException(files.namedFile(), ModelFormatException.NO_OFFSET, "", "is one of the files that " + INDEX
                    + " beside it lists; name the folder");
        }
        var folder = new HuggingFaceFolder(files);
        ModelTranslation model = folder.settings();
        folder.readShard(files.namedFile());
        return folder.checkpoint(model, Optional.empty());
    }

    private ModelTranslation settings() throws IOException {
        if (!files.has(CONFIG)) {
            throw new ModelFormatException(files.name(), ModelFormatException.NO_OFFSET, "", "there is no " + CONFIG
                    + " that says what the tensors mean");
        }
        return ModelTranslation.of(files.readWhole(CONFIG, LoadLimits.MAX_TEXT_BYTES), CONFIG);
    }

    /** @return what is in which file, if there are several */
    private Optional<ShardIndex> readWeights() throws IOException {
        if (files.has(SINGLE) && !files.has(INDEX)) {
            readShard(SINGLE);
            return Optional.empty();
        }
        if (!files.has(INDEX)) {
            throw new ModelFormatException(files.name(), ModelFormatException.NO_OFFSET, "", "has neither " + SINGLE + " nor " + INDEX
                    + "; weights in other formats of transformers are not read");
        }
        ShardIndex index = ShardIndex.parse(files.readWhole(INDEX, (int) LoadLimits.MAX_HEADER_BYTES), INDEX);
        if (files.has(SINGLE) && !index.shards().contains(SINGLE)) {
            throw new ModelFormatException(files.name(), ModelFormatException.NO_OFFSET, "", "has both " + SINGLE + " and " + INDEX
                    + "; remove the one that is not meant");
        }
        files.requireRoom(index.shards());
        for (String shard : index.shards()) {
            readShard(shard);
        }
        return Optional.of(index);
    }

    private void readShard(String name) throws IOException {
        shards.put(name, files.read(name));
    }

    /** All is read when this begins, but for small files beside the weights. Settings and index were parsed: they say what belongs to it. */
    private VerifiedCheckpoint checkpoint(ModelTranslation model, Optional<ShardIndex> index) throws IOException {
        var tokenizer = TokenizerOfFolder.read(files);
        byte[] pooling = model.isEncoder() && files.has(POOLING) ? files.readWhole(POOLING, LoadLimits.MAX_TEXT_BYTES) : null;
        files.admit();
        var stored = new ArrayList<StoredTensor>();
        for (var shard : shards.entrySet()) {
            List<StoredTensor> tensors = SafetensorsReader.read(shard.getValue().source());
            index.ifPresent(each -> each.requireSame(shard.getKey(), tensors));
            stored.addAll(tensors);
        }
        var keys = new LinkedHashMap<>(tokenizer.metadata(model));
        if (pooling != null) {
            keys.putAll(model.pooling(pooling, POOLING));
        }
        String format = "safetensors" + (shards.size() == 1 ? "" : ", " + shards.size() + " files");
        return files.checkpoint(model.translate(files.name(), keys, stored), stored, format, "", () -> { });
    }
}
