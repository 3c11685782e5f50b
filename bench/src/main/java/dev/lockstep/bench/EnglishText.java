package dev.lockstep.bench;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;

/**
 * English prose of any length: some sentences written for this purpose, in random but reproducible order, so that neither the
 * project's own texts nor a download decide about a number.
 */
final class EnglishText {
    private static final long SEED = 0x5EED_7E47L;

    /** Sentences of a paragraph. */
    private static final int PARAGRAPH = 6;

    private static final List<String> SENTENCES = List.of(
            "The old lighthouse keeper counted the ships every evening, although nobody had asked him to.",
            "\"You can't be serious,\" she said, and put the letter back into its envelope.",
            "In 1874 the railway reached the valley; twelve years later the last coach made its journey.",
            "Rain fell.",
            "Whoever wants to measure something should first write down what he expects to find.",
            "They walked through the market, past baskets of apples, pears and chestnuts, and bought nothing.",
            "It is one thing to know the rule, and quite another to know when it doesn't apply.",
            "His brother, who lived near the harbour, had promised to come on Tuesday or Wednesday.",
            "About 40% of the visitors stayed longer than two hours, 15% less than ten minutes.",
            "Nothing remained of the garden but a wall, a gate without hinges, and the smell of mint.",
            "\"How far is it?\" asked the child. \"As far as yesterday,\" answered the miller, \"and a bit uphill.\"",
            "The engineers disagreed about the bridge: some trusted the calculation, others the river.",
            "A thermodynamically favourable reaction isn't necessarily a fast one.",
            "Please return the key (the small one, not the brass one) to the office before noon.",
            "She had learned four languages by the age of nineteen and was silent in all of them.",
            "The committee's recommendations were published in May, discussed in June, and forgotten in July.",
            "When the wind turned north, the whole village smelled of smoke, bread and wet wool.",
            "We shall never know who painted the ceiling, for the account books burned with the archive.",
            "First came the sound, then the light, and at last, much too late, the warning.",
            "If every step is small enough, even a long way consists of easy steps.");

    private EnglishText() {
    }

    /** About {@code kibibytes} KiB in UTF-8: up to the end of a sentence. */
    static byte[] utf8(int kibibytes) {
        var random = new SplittableRandom(SEED);
        var text = new StringBuilder();
        for (int sentence = 1; text.length() < kibibytes << 10; sentence++) {
            text.append(SENTENCES.get(random.nextInt(SENTENCES.size()))).append(sentence % PARAGRAPH == 0 ? "\n\n" : " ");
        }
        return text.toString().strip().getBytes(StandardCharsets.UTF_8);
    }
}
