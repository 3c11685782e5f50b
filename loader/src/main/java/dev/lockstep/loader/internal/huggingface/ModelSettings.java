package dev.lockstep.loader.internal.huggingface;

import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.internal.json.StrictJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/**
 * The settings in a {@code config.json}, or those of an object in it. What is null is not there, as in Python. A setting has had several
 * names over the years, so each is asked for by all of them.
 *
 * @param json an object
 */
record ModelSettings(StrictJson json) {
    static ModelSettings parse(byte[] utf8, String file) {
        return new ModelSettings(StrictJson.parse(utf8, file, (name, problem, _) ->
                new ModelFormatException(name, ModelFormatException.NO_OFFSET, "", problem)));
    }

    /** The name under which a setting is there: the first of those given that is. */
    Optional<String> nameOf(List<String> names) {
        return names.stream().filter(this::has).findFirst();
    }

    boolean has(String name) {
        JsonNode value = json.node().get(name);
        return value != null && !value.isNull();
    }

    Optional<Long> integer(String... names) {
        return value(List.of(names), "a whole number", node -> node.isIntegralNumber() && node.canConvertToLong(), JsonNode::longValue);
    }

    /** A finite number. */
    Optional<Double> number(String... names) {
        return value(List.of(names), "a number", node -> node.isNumber() && Double.isFinite(node.doubleValue()), JsonNode::doubleValue);
    }

    /** An integer by a rule: what is null, and not what another name of it has, is missing. */
    long integer(SettingRule rule) {
        return integer(names(rule)).or(() -> otherwise(rule).map(Double::longValue)).orElseThrow(() -> missing(rule.names().getFirst()));
    }

    /** A number by a rule. */
    double number(SettingRule rule) {
        boolean off = rule.kind() == SettingRule.Kind.SWITCH && isNull(rule);
        return number(names(rule)).or(() -> off ? Optional.of(0.0) : otherwise(rule)).orElseThrow(() -> missing(rule.names().getFirst()));
    }

    private static String[] names(SettingRule rule) {
        return rule.names().toArray(String[]::new);
    }

    private boolean isNull(SettingRule rule) {
        return rule.names().stream().anyMatch(json::has) && nameOf(rule.names()).isEmpty();
    }

    private Optional<Double> otherwise(SettingRule rule) {
        return isNull(rule) ? Optional.empty() : rule.otherwise();
    }

    Optional<Boolean> flag(String... names) {
        return value(List.of(names), "true or false", JsonNode::isBoolean, JsonNode::booleanValue);
    }

    Optional<String> text(String... names) {
        return value(List.of(names), "a text", JsonNode::isString, JsonNode::stringValue);
    }

    Optional<List<String>> texts(String name) {
        return list(name, "texts", JsonNode::isString, JsonNode::stringValue);
    }

    /** A list of finite numbers. */
    Optional<List<Double>> numbers(String name) {
        return list(name, "numbers", node -> node.isNumber() && Double.isFinite(node.doubleValue()), JsonNode::doubleValue);
    }

    Optional<ModelSettings> object(String name) {
        return has(name) ? Optional.of(new ModelSettings(json.object(name))) : Optional.empty();
    }

    /** The value as JSON has it, for comparisons and messages. */
    Optional<String> literal(String name) {
        return has(name) ? Optional.of(json.node().get(name).toString()) : Optional.empty();
    }

    private <T> Optional<T> value(List<String> names, String what, Predicate<JsonNode> test, Function<JsonNode, T> value) {
        return nameOf(names).map(name -> {
            JsonNode node = json.node().get(name);
            if (!test.test(node)) {
                throw fault(name, "must be " + what);
            }
            return value.apply(node);
        });
    }

    private <T> Optional<List<T>> list(String name, String what, Predicate<JsonNode> test, Function<JsonNode, T> value) {
        if (!has(name)) {
            return Optional.empty();
        }
        JsonNode node = json.node().get(name);
        var values = new ArrayList<T>();
        for (JsonNode element : node) {
            if (!test.test(element)) {
                throw fault(name, "must be a list of " + what);
            }
            values.add(value.apply(element));
        }
        if (!node.isArray()) {
            throw fault(name, "must be a list of " + what);
        }
        return Optional.of(values);
    }

    /** How to name a setting in messages. */
    String origin(String name) {
        return json.file() + ": " + (json.place().isEmpty() ? name : json.place() + '.' + name);
    }

    /** A fault of one setting. */
    ModelFormatException fault(String name, String problem) {
        return new ModelFormatException(json.file(), ModelFormatException.NO_OFFSET,
                json.place().isEmpty() ? name : json.place() + '.' + name, problem);
    }

    ModelFormatException missing(String name) {
        return fault(name, "is missing");
    }
}
