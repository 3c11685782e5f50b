package dev.lockstep.loader.internal.huggingface;

import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.internal.json.StrictJson;
import dev.lockstep.loader.internal.tensors.StoredTensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which file of a sharded checkpoint holds which tensor ({@code model.safetensors.index.json}). All are files of the folder that the
 * index is in.
 *
 * @param file name of the index, for messages
 * @param shardOf name of the file by name of the tensor
 */
public record ShardIndex(String file, Map<String, String> shardOf) {
    /** The largest known checkpoints have under 200. */
    private static final int MAX_SHARDS = 4096;

    private static final String ENDING = ".safetensors";
    private static final String WEIGHT_MAP = "weight_map";

    /** Reads an index. */
    public static ShardIndex parse(byte[] utf8, String file) {
        StrictJson json = StrictJson.parse(utf8, file, (name, problem, _) ->
                new ModelFormatException(name, ModelFormatException.NO_OFFSET, "", problem));
        StrictJson map = json.object(WEIGHT_MAP);
        var shardOf = new HashMap<String, String>();
        map.names().forEach(tensor -> shardOf.put(tensor, map.text(tensor)));
        var index = new ShardIndex(file, shardOf);
        if (shardOf.isEmpty() || index.shards().size() > MAX_SHARDS) {
            throw index.fault(WEIGHT_MAP, "names " + index.shards().size() + " files; 1 to " + MAX_SHARDS + " are supported");
        }
        index.shards().forEach(index::requirePlain);
        return index;
    }

    /** No name leads elsewhere, on any system. */
    private void requirePlain(String shard) {
        boolean plain = shard.endsWith(ENDING) && shard.length() > ENDING.length()
                && shard.chars().allMatch(ShardIndex::isPlain);
        if (!plain) {
            throw fault(shard, "is no name of a safetensors file in the same folder: letters, digits and . - _, and " + ENDING + " at the end");
        }
    }

    private static boolean isPlain(int c) {
        return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '.' || c == '-' || c == '_';
    }

    /** Names of all files, in order. */
    public SortedSet<String> shards() {
        return new TreeSet<>(shardOf.values());
    }

    /**
     * Compares what is in a file with what the index says: all of it, and nothing else.
     *
     * @throws ModelFormatException if they differ; one name then cannot mean two tensors
     */
    public void requireSame(String shard, List<StoredTensor> tensors) {
        for (StoredTensor tensor : tensors) {
            if (!shard.equals(shardOf.get(tensor.name()))) {
                throw fault(tensor.name(), "is in " + shard + ", but the index has it in " + shardOf.get(tensor.name()));
            }
        }
        long expected = shardOf.values().stream().filter(shard::equals).count();
        if (tensors.size() != expected) {
            throw fault(shard, "has " + tensors.size() + " tensors, but the index has " + expected + " in it");
        }
    }

    private ModelFormatException fault(String subject, String problem) {
        return new ModelFormatException(file, ModelFormatException.NO_OFFSET, subject, problem);
    }
}
