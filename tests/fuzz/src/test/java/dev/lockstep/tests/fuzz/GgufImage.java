package dev.lockstep.tests.fuzz;

import java.util.List;

/**
 * The bytes of a GGUF file, and where its numbers lie.
 *
 * @param fields in file order
 */
record GgufImage(byte[] bytes, List<Field> fields) {
    /**
     * A number in the header: a count, length, type, value or offset.
     *
     * @param offset bytes from the start of the file
     * @param width 1, 4 or 8 bytes, little-endian
     */
    record Field(int offset, int width) { }

    GgufImage {
        fields = List.copyOf(fields);
    }
}
