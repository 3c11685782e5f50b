package dev.lockstep.guard.policy;

import dev.lockstep.loader.internal.json.StrictJson;
import dev.lockstep.loader.signing.HashAlgorithm;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Values that occur in all parts of a policy, read within bounds. */
final class PolicyJson {
    /** Far more than anybody administers by hand; bounds the work of a decision. */
    static final int MAX_ENTRIES = 10_000;

    /** Names of files have 255 bytes at most, identities are URLs; a line of a log stays a line. */
    static final int MAX_NAME_CHARS = 255;

    private PolicyJson() {
    }

    /** Objects that have names, no name twice. */
    static <T> List<T> entries(StrictJson object, String member, Function<StrictJson, T> reader, Function<T, String> name) {
        List<StrictJson> objects = object.objects(member);
        requireBounded(object, member, objects.size());
        List<T> entries = objects.stream().map(reader).toList();
        var names = new HashSet<String>();
        for (T entry : entries) {
            if (!names.add(name.apply(entry))) {
                throw object.fault("has two \"" + member + "\" called \"" + name.apply(entry) + '"');
            }
        }
        return entries;
    }

    /** The same where there must be one. */
    static <T> List<T> someEntries(StrictJson object, String member, Function<StrictJson, T> reader, Function<T, String> name) {
        List<T> entries = entries(object, member, reader, name);
        if (entries.isEmpty()) {
            throw object.fault("has no " + member + ", so it would refuse all");
        }
        return entries;
    }

    private static void requireBounded(StrictJson object, String member, int count) {
        if (count > MAX_ENTRIES) {
            throw object.fault("has " + count + " " + member + "; at most " + MAX_ENTRIES + " are accepted");
        }
    }

    /** What people call something. */
    static String name(StrictJson object, String member) {
        return requireName(object, member, object.text(member));
    }

    /** The same where it may be absent. */
    static Optional<String> nameIfPresent(StrictJson object, String member) {
        return object.textIfPresent(member).map(text -> requireName(object, member, text));
    }

    /** Names, each once, at least one if the member is there. */
    static Optional<Set<String>> namesIfPresent(StrictJson object, String member) {
        if (!object.has(member)) {
            return Optional.empty();
        }
        List<String> texts = object.texts(member);
        requireBounded(object, member, texts.size());
        texts.forEach(text -> requireName(object, member, text));
        Set<String> names = Set.copyOf(texts);
        if (names.isEmpty() || names.size() < texts.size()) {
            throw object.fault("member \"" + member + "\" must hold each name once, and at least one");
        }
        return Optional.of(names);
    }

    /** What lists and logs show must not steer a terminal, nor look like another name. */
    private static String requireName(StrictJson object, String member, String text) {
        boolean plain = text.length() <= MAX_NAME_CHARS && text.equals(text.strip()) && text.codePoints().noneMatch(PolicyJson::isInvisible);
        if (!plain) {
            throw object.fault("member \"" + member + "\" must hold names of up to " + MAX_NAME_CHARS
                    + " characters, without spaces around them or characters that cannot be seen");
        }
        return text;
    }

    private static boolean isInvisible(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
                    Character.UNASSIGNED, Character.PRIVATE_USE -> true;
            default -> false;
        };
    }

    /** Digests, each once; none if the member is absent. */
    static Set<String> digests(StrictJson object, String member) {
        Set<String> digests = namesIfPresent(object, member).orElse(Set.of());
        digests.forEach(digest -> requireSha256(object, member, digest));
        return digests;
    }

    static String requireSha256(StrictJson object, String member, String text) {
        if (!HashAlgorithm.SHA_256.isHex(text)) {
            throw object.fault("member \"" + member + "\" must hold 64 lower-case hex digits");
        }
        return text;
    }

    /** The constant that is called so. */
    static <E extends Enum<E>> E word(StrictJson object, String member, String text, Class<E> type) {
        return Arrays.stream(type.getEnumConstants()).filter(each -> word(each).equals(text)).findFirst()
                .orElseThrow(() -> object.fault("member \"" + member + "\" must hold " + Arrays.stream(type.getEnumConstants())
                        .map(PolicyJson::word).collect(Collectors.joining(" or "))));
    }

    /** The same where the member may be absent. */
    static <E extends Enum<E>> Optional<E> wordIfPresent(StrictJson object, String member, Class<E> type) {
        return object.textIfPresent(member).map(text -> word(object, member, text, type));
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** False where the member is absent. */
    static boolean flag(StrictJson object, String member) {
        return object.has(member) && object.flag(member);
    }
}
