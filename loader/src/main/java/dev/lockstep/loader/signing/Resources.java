package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.json.StrictJson;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The list of signed things in a statement: files or shards of files. Its faults are the signer's.
 *
 * @param entries digests by name, in the order of the statement
 * @param files digests of each file by its canonical name, in the order in which they first appear; {@code .} for a single file
 */
record Resources(Map<String, byte[]> entries, Map<String, FileDigests> files) {
    /** The entries of files: the files themselves, or their shards, in the order that OMS demands: that of their names. */
    static Resources of(Map<String, FileDigests> files) {
        Map<String, byte[]> entries = new TreeMap<>(ResourceName.CODE_POINT_ORDER);
        files.forEach((name, file) -> {
            for (int i = 0; i < file.digests().size(); i++) {
                entries.put(entryName(name, file, i), file.digests().get(i));
            }
        });
        return new Resources(new LinkedHashMap<>(entries), files);
    }

    private static String entryName(String name, FileDigests file, int index) {
        if (!file.plan().isSharded()) {
            return name;
        }
        long start = index * file.plan().shardBytes();
        return new ShardName(name, start, Math.min(file.byteSize(), start + file.plan().shardBytes())).toString();
    }

    /** Reads the resources of a predicate. */
    static Resources parse(StrictJson predicate, HashPlan plan) {
        List<StrictJson> resources = predicate.objects("resources");
        if (resources.isEmpty()) {
            throw predicate.fault(ModelSignatureException.MANIFEST_FAULTS, "lists no files; such a signature covers nothing");
        }
        var entries = new LinkedHashMap<String, byte[]>();
        var shards = new LinkedHashMap<String, TreeMap<Long, ShardName>>();
        for (StrictJson resource : resources) {
            String name = resource.text("name");
            ShardName shard = plan.isSharded() ? shard(resource, name, plan) : null;
            requireCanonical(resource, shard == null ? name : shard.path());
            if (entries.put(name, digest(resource, plan)) != null) {
                throw resource.fault(ModelSignatureException.MANIFEST_FAULTS, "has a name that was listed before: \"" + name + '"');
            }
            if (shard != null && shards.computeIfAbsent(shard.path(), _ -> new TreeMap<>()).put(shard.start(), shard) != null) {
                throw resource.fault(ModelSignatureException.MANIFEST_FAULTS, "begins where another shard of its file does: \"" + name + '"');
            }
        }
        var files = new LinkedHashMap<String, FileDigests>();
        if (plan.isSharded()) {
            shards.forEach((path, parts) -> files.put(path, file(predicate, plan, entries, List.copyOf(parts.values()))));
        } else {
            entries.forEach((name, digest) -> files.put(name, new FileDigests(plan, FileDigests.UNKNOWN, List.of(digest))));
        }
        if (files.containsKey(ResourceName.SINGLE_FILE) && files.size() > 1) {
            throw predicate.fault(ModelSignatureException.MANIFEST_FAULTS, "has a name that is only for a single file, among others: \".\"");
        }
        return new Resources(entries, files);
    }

    private static void requireCanonical(StrictJson resource, String path) {
        String problem = ResourceName.problem(path);
        if (problem != null && !path.equals(ResourceName.SINGLE_FILE)) {
            throw resource.fault(ModelSignatureException.MANIFEST_FAULTS, "has a name that " + problem + ": \"" + path + '"');
        }
    }

    private static ShardName shard(StrictJson resource, String name, HashPlan plan) {
        ShardName shard = ShardName.parse(name).orElseThrow(() ->
                resource.fault(ModelSignatureException.MANIFEST_FAULTS, "has a name that is no shard's (path:start:end): \"" + name + '"'));
        boolean inPlace = shard.start() % plan.shardBytes() == 0 && shard.end() > shard.start()
                && shard.end() - shard.start() <= plan.shardBytes();
        if (!inPlace) {
            throw resource.fault(ModelSignatureException.MANIFEST_FAULTS, "is no shard of " + plan.shardBytes() + " bytes: \"" + name + '"');
        }
        return shard;
    }

    /** @param parts the shards of one file in the order of their bytes */
    private static FileDigests file(StrictJson predicate, HashPlan plan, Map<String, byte[]> entries, List<ShardName> parts) {
        var digests = new ArrayList<byte[]>();
        long end = 0;
        for (ShardName part : parts) {
            // each begins at a multiple of the size, so all but the last are whole if they touch
            if (part.start() != end) {
                throw predicate.fault(ModelSignatureException.MANIFEST_FAULTS, "does not cover bytes " + end + " to " + part.start() + " of \"" + part.path() + '"');
            }
            digests.add(entries.get(part.toString()));
            end = part.end();
        }
        return new FileDigests(plan, end, digests);
    }

    /** Older signers call the algorithm of a shard after its size. */
    private static byte[] digest(StrictJson resource, HashPlan plan) {
        String algorithm = resource.text("algorithm");
        String hashType = plan.algorithm().omsName();
        boolean alias = plan.isSharded() && algorithm.equals(hashType + "-sharded-" + plan.shardBytes());
        if (!algorithm.equals(hashType) && !alias) {
            throw resource.fault(ModelSignatureException.MANIFEST_FAULTS, "has the algorithm \"" + algorithm + "\", but the hash_type is \"" + hashType + '"');
        }
        String digest = resource.text("digest");
        if (!plan.algorithm().isHex(digest)) {
            throw resource.fault(ModelSignatureException.MANIFEST_FAULTS, "has a digest that is not " + 2 * plan.algorithm().bytes() + " lower-case hex digits");
        }
        return HexFormat.of().parseHex(digest);
    }
}
