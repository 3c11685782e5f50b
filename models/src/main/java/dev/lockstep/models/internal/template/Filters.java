package dev.lockstep.models.internal.template;

import dev.lockstep.models.internal.template.Value.Int;
import dev.lockstep.models.internal.template.Value.Real;
import dev.lockstep.models.internal.template.Value.Undefined;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.Map;

/** What can follow {@code |}: all filters, and here those for numbers and for anything. */
final class Filters {
    /** More decimal places than a double has. */
    private static final int MAX_PRECISION = 350;

    private static final Map<String, Builtin> ANY = Builtin.table(
            Json.TOJSON,
            usual("default"), usual("d"),
            Builtin.of("string", "", (evaluator, value, _) -> evaluator.text(value)),
            Builtin.of("int", "default? base?", Filters::toInt),
            Builtin.of("float", "default?", Filters::toReal),
            Builtin.of("abs", "", (_, value, _) -> abs(Operators.requireNumber(value))),
            Builtin.of("round", "precision? method?", Filters::round));

    static final Map<String, Builtin> TABLE = joined(ANY, TextFilters.TABLE, ListFilters.TABLE);

    private Filters() {
    }

    @SafeVarargs
    private static Map<String, Builtin> joined(Map<String, Builtin>... tables) {
        Map<String, Builtin> all = new LinkedHashMap<>();
        for (var table : tables) {
            all.putAll(table);
        }
        return all;
    }

    private static Builtin usual(String name) {
        return Builtin.of(name, "default_value? boolean?", (_, value, given) -> {
            boolean falseToo = given.has(1) && Evaluator.isTrue(given.get(1));
            return value instanceof Undefined || falseToo && !Evaluator.isTrue(value) ? given.get(0, Text.EMPTY) : value;
        });
    }

    private static Value toInt(Evaluator evaluator, Value value, Builtin.Given given) {
        Value usual = given.get(0, Value.of(0));
        int base = given.integer(1, 10);
        Evaluator.requireDefined(value);
        return switch (value) {
            case Int _ -> value;
            case Value.Bool _ -> Value.of(Operators.whole(value));
            case Real(double number) when Double.isFinite(number) && Math.abs(number) < 0x1p63 -> Value.of((long) number);
            case Text text when base == 10 -> parsed(Numbers.whole(text), Numbers.real(text), usual);
            case Text _ -> throw TemplateException.failed("int with another base than 10 is not supported");
            default -> usual;
        };
    }

    private static Value parsed(Long whole, Double real, Value usual) {
        if (whole != null) {
            return Value.of(whole);
        }
        return real != null && Double.isFinite(real) && Math.abs(real) < 0x1p63 ? Value.of(real.longValue()) : usual;
    }

    private static Value toReal(Evaluator evaluator, Value value, Builtin.Given given) {
        Evaluator.requireDefined(value);
        if (Operators.isNumber(value)) {
            return new Real(Operators.real(value));
        }
        Double number = value instanceof Text text ? Numbers.real(text) : null;
        return number != null ? new Real(number) : given.get(0, new Real(0));
    }

    private static Value abs(Value value) {
        if (!Operators.isWhole(value)) {
            return new Real(Math.abs(Operators.real(value)));
        }
        return Operators.whole(value) < 0 ? Operators.negate(value) : Operators.plus(value);
    }

    /** Whole numbers stay whole with the usual method, as in Python; the others give floating-point numbers. */
    private static Value round(Evaluator evaluator, Value value, Builtin.Given given) {
        Operators.requireNumber(value);
        int precision = given.integer(0, 0);
        String method = given.has(1) ? given.text(1).withoutUserText() : "common";
        if (Math.abs(precision) > MAX_PRECISION) {
            throw TemplateException.failed("round takes " + MAX_PRECISION + " places at most");
        }
        if (!Double.isFinite(Operators.real(value))) {
            return value;
        }
        if (method.equals("common") && Operators.isWhole(value) && precision >= 0) {
            return Operators.plus(value);
        }
        var exact = Operators.isWhole(value) ? new BigDecimal(Operators.whole(value)) : new BigDecimal(Operators.real(value));
        BigDecimal rounded = exact.setScale(precision, switch (method) {
            case "common" -> RoundingMode.HALF_EVEN;
            case "ceil" -> RoundingMode.CEILING;
            case "floor" -> RoundingMode.FLOOR;
            default -> throw TemplateException.failed("round by this method is not supported; supported are common, ceil and floor");
        });
        return method.equals("common") && Operators.isWhole(value) ? Value.of(rounded.longValueExact()) : new Real(rounded.doubleValue());
    }
}
