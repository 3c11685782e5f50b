package dev.lockstep.models.internal.template;

import dev.lockstep.models.internal.template.TemplateException.Reason;
import dev.lockstep.models.internal.template.Value.Dict;
import dev.lockstep.models.internal.template.Value.Sequence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Functions that every template can call. */
final class Functions {
    /** Jinja's own limit. */
    static final int MAX_RANGE = 100_000;

    static final Map<String, Builtin> TABLE = Builtin.table(
            Builtin.of("raise_exception", "message", (evaluator, _, given) -> {
                throw new TemplateException(Reason.REFUSED, evaluator.text(given.get(0)).forMessage());
            }),
            Builtin.of("strftime_now", "format", (evaluator, _, given) -> Strftime.format(evaluator, given.text(0))),
            Builtin.of("range", "start stop? step?", (evaluator, _, given) -> range(evaluator, given)),
            Builtin.of("namespace", "*", (evaluator, _, given) -> new Value.Namespace(texts(entries(evaluator, given)))),
            Builtin.of("dict", "*", (evaluator, _, given) -> new Dict(entries(evaluator, given))));

    private Functions() {
    }

    private static Value range(Evaluator evaluator, Builtin.Given given) {
        long start = given.has(1) ? Operators.requireInt(given.get(0)) : 0;
        long stop = Operators.requireInt(given.get(given.has(1) ? 1 : 0));
        long step = given.integer(2, 1);
        if (step == 0) {
            throw TemplateException.failed("the step of a range is zero");
        }
        long count = Math.max(0, Math.ceilDiv(stop - start, step));
        if (count > MAX_RANGE) {
            throw new TemplateException(Reason.LIMIT, "stopped: a range has more than " + MAX_RANGE + " numbers");
        }
        evaluator.budget().takeElements(count);
        List<Value> numbers = new ArrayList<>((int) count);
        for (long i = 0; i < count; i++) {
            numbers.add(Value.of(start + i * step));
        }
        return new Sequence(Sequence.Kind.RANGE, numbers);
    }

    private static Map<Value, Value> entries(Evaluator evaluator, Builtin.Given given) {
        Map<Value, Value> entries = new LinkedHashMap<>();
        if (given.rest().size() > 1 || given.rest().size() == 1 && !(given.rest().getFirst() instanceof Dict)) {
            throw TemplateException.failed("a dictionary and named values are supported here");
        }
        given.rest().forEach(dict -> ((Dict) dict).entries().forEach((key, value) -> entries.put(evaluator.key(key), value)));
        given.restNamed().forEach((name, value) -> entries.put(Text.literal(name), value));
        evaluator.budget().takeElements(entries.size());
        return entries;
    }

    private static Map<Text, Value> texts(Map<Value, Value> entries) {
        Map<Text, Value> texts = new LinkedHashMap<>();
        entries.forEach((key, value) -> texts.put(Evaluator.requireText(key), value));
        return texts;
    }
}
