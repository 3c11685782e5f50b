package dev.lockstep.app;

import dev.lockstep.quant.DType;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import picocli.CommandLine.ITypeConverter;

/** A type of weights that this build computes with, by its name in any case. */
final class ComputableType implements ITypeConverter<DType>, Iterable<String> {
    private static final List<DType> ALL = Arrays.stream(DType.values()).filter(DType::isComputable).toList();

    static List<DType> all() {
        return ALL;
    }

    @Override
    public DType convert(String name) {
        return Arguments.named(name, ALL.toArray(DType[]::new));
    }

    /** What may be said, for the help. */
    @Override
    public Iterator<String> iterator() {
        return ALL.stream().map(DType::name).iterator();
    }
}
