package dev.lockstep.models.internal.template;

import dev.lockstep.models.internal.template.Value.Dict;
import dev.lockstep.models.internal.template.Value.Sequence;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** What printing gives, as in Python: {@code str} for the value, {@code repr} for what is inside of lists and dictionaries. */
final class Printer {
    /** Powers of ten from which on Python writes an exponent. */
    private static final int SMALLEST_PLAIN_EXPONENT = -4;
    private static final int LARGEST_PLAIN_EXPONENT = 15;

    private final Evaluator evaluator;

    Printer(Evaluator evaluator) {
        this.evaluator = evaluator;
    }

    Text text(Value value) {
        return switch (value) {
            case Text text -> text;
            case Value.Undefined _ -> Text.EMPTY;
            default -> {
                TextBuilder out = evaluator.memory().builder();
                repr(value, out);
                yield out.text();
            }
        };
    }

    private void repr(Value value, TextBuilder out) {
        evaluator.budget().enter();
        switch (value) {
            case Text text -> quoted(text, out);
            case Value.None _ -> out.append("None");
            case Value.Bool(boolean isTrue) -> out.append(isTrue ? "True" : "False");
            case Value.Int(long number) -> out.append(Long.toString(number));
            case Value.Real(double number) -> out.append(real(number));
            case Value.Undefined _ -> out.append("Undefined");
            case Sequence sequence when Operators.isListOrTuple(sequence) -> sequence(sequence, out);
            case Dict dict -> dict(dict, out);
            default -> throw TemplateException.failed(Evaluator.typeName(value) + " of this kind cannot be printed");
        }
        evaluator.budget().leave();
    }

    private void sequence(Sequence sequence, TextBuilder out) {
        boolean isList = sequence.kind() == Sequence.Kind.LIST;
        out.append(isList ? "[" : "(");
        String separator = "";
        for (Value item : sequence.items()) {
            out.append(separator);
            repr(item, out);
            separator = ", ";
        }
        out.append(isList ? "]" : sequence.items().size() == 1 ? ",)" : ")");
    }

    private void dict(Dict dict, TextBuilder out) {
        out.append("{");
        String separator = "";
        for (var entry : dict.entries().entrySet()) {
            out.append(separator);
            repr(entry.getKey(), out);
            out.append(": ");
            repr(entry.getValue(), out);
            separator = ", ";
        }
        out.append("}");
    }

    private void quoted(Text text, TextBuilder out) {
        if (text.isSafe()) {
            throw TemplateException.failed("a list with an escaped string cannot be printed");
        }
        int quote = text.contains('\'') && !text.contains('"') ? '"' : '\'';
        out.append(quote);
        for (int i = 0; i < text.length(); i++) {
            int cell = text.cell(i);
            int c = text.codePoint(i);
            int mark = cell & Text.USER;
            if (c == quote || c == '\\') {
                out.append('\\' | mark).append(cell);
            } else if (Characters.isPrintable(c)) {
                out.append(cell);
            } else {
                out.append(escape(c), mark);
            }
        }
        out.append(quote);
    }

    private static String escape(int c) {
        return switch (c) {
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            default -> String.format(c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
        };
    }

    /** Java writes two digits even where one is enough. */
    private static BigDecimal shortest(double number) {
        var decimal = new BigDecimal(Double.toString(number)).stripTrailingZeros();
        BigDecimal oneDigit = decimal.round(new MathContext(1, RoundingMode.HALF_EVEN));
        return oneDigit.doubleValue() == number ? oneDigit : decimal;
    }

    /** The shortest decimal that reads back as the same number. */
    static String real(double number) {
        if (!Double.isFinite(number)) {
            return Double.isNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";
        }
        if (number == 0) {
            return 1 / number < 0 ? "-0.0" : "0.0";
        }
        BigDecimal shortest = shortest(number);
        String digits = shortest.unscaledValue().abs().toString();
        int exponent = digits.length() - 1 - shortest.scale();
        String sign = number < 0 ? "-" : "";
        if (exponent < SMALLEST_PLAIN_EXPONENT || exponent > LARGEST_PLAIN_EXPONENT) {
            String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
            return String.format("%s%s%se%s%02d", sign, digits.charAt(0), fraction, exponent < 0 ? "-" : "+", Math.abs(exponent));
        }
        String plain = shortest.abs().toPlainString();
        return sign + (plain.contains(".") ? plain : plain + ".0");
    }
}
