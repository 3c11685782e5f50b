package dev.lockstep.models.internal.template;

import dev.lockstep.models.internal.template.TemplateException.Reason;

/**
 * What one rendering may still use up. Bounded by constants and by the size of the input, never by what a template says.
 *
 * <p>The most that a real template took for one of our recorded conversations are 84 thousand steps and 45 thousand characters.
 */
final class Budget {
    /** Nodes evaluated, and characters and elements moved: about half a second on a small machine. */
    static final long MAX_STEPS = 10_000_000;

    /** For every character of the input: real templates split, trim and copy a message a few dozen times. */
    static final long STEPS_PER_INPUT_CHARACTER = 256;

    /** Characters of all texts that a rendering makes, four bytes each: 32 MiB. */
    static final long MAX_CHARACTERS = 8L << 20;

    static final long CHARACTERS_PER_INPUT_CHARACTER = 64;

    /** Elements of all lists and dictionaries, scopes and their variables: they lie on the heap, where each takes up to 100 bytes. */
    static final long MAX_ELEMENTS = 300_000;

    static final long ELEMENTS_PER_INPUT_CHARACTER = 4;

    /** Characters of the result; real ones have up to a hundred thousand beside the conversation itself. */
    static final long MAX_OUTPUT_CHARACTERS = 2L << 20;

    static final long OUTPUT_PER_INPUT_CHARACTER = 16;

    /** Nested evaluations: fits into a thread's stack of 512 KiB. Recursive macros of real templates (JSON schemas) need 15 for each level. */
    static final int MAX_DEPTH = 300;

    /** Longer than any allowed number of steps takes, on a machine that is busy with something else. */
    static final long MAX_NANOS = 20_000_000_000L;

    private static final long STEPS_BETWEEN_CLOCKS = 1 << 16;

    private final long maxOutput;
    private final long start = System.nanoTime();
    private long steps;
    private long nextClock;
    private long characters;
    private long elements;
    private int depth;

    /** @param inputCharacters characters of all messages, tools and other variables */
    Budget(long inputCharacters) {
        steps = MAX_STEPS + Math.multiplyExact(STEPS_PER_INPUT_CHARACTER, inputCharacters);
        nextClock = steps - STEPS_BETWEEN_CLOCKS;
        characters = MAX_CHARACTERS + Math.multiplyExact(CHARACTERS_PER_INPUT_CHARACTER, inputCharacters);
        elements = MAX_ELEMENTS + Math.multiplyExact(ELEMENTS_PER_INPUT_CHARACTER, inputCharacters);
        maxOutput = MAX_OUTPUT_CHARACTERS + Math.multiplyExact(OUTPUT_PER_INPUT_CHARACTER, inputCharacters);
    }

    /** Takes steps, before the work is done. */
    void spend(long count) {
        steps -= count;
        if (steps < 0) {
            throw exhausted("it takes too many steps");
        }
        if (steps < nextClock) {
            nextClock = steps - STEPS_BETWEEN_CLOCKS;
            if (System.nanoTime() - start > MAX_NANOS) {
                throw exhausted("it takes too long");
            }
        }
    }

    /** Takes characters of a new text, before they are allocated. */
    void takeCharacters(long count) {
        characters -= count;
        if (characters < 0) {
            throw exhausted("it makes too much text");
        }
        spend(count);
    }

    /** Takes elements of a new list, dictionary or scope, before they are allocated. */
    void takeElements(long count) {
        elements -= count;
        if (elements < 0) {
            throw exhausted("it makes too many elements of lists, or variables");
        }
        spend(count);
    }

    void requireOutput(long count) {
        if (count > maxOutput) {
            throw exhausted("it prints more than " + maxOutput + " characters");
        }
    }

    /** Goes one level deeper; {@link #leave} belongs to it. */
    void enter() {
        requireDepth(++depth);
        spend(1);
    }

    void requireDepth(int nested) {
        if (nested > MAX_DEPTH) {
            throw exhausted("it is nested more than " + MAX_DEPTH + " deep");
        }
    }

    void leave() {
        depth--;
    }

    private static TemplateException exhausted(String what) {
        return new TemplateException(Reason.LIMIT, "stopped: " + what);
    }
}
