/**
 * A sandboxed interpreter for the part of the Jinja language that chat templates use, with the settings of Hugging Face transformers.
 *
 * <p>A template comes from a model file and is hostile until it has shown otherwise. {@link dev.lockstep.models.internal.template.Template}
 * is the way in: a lexer, a parser to records, and an interpreter that walks them. There are no Java objects to reach from a template: values
 * are a closed set of types ({@code Value}), filters, tests and methods are tables ({@code Builtin}). What is not in the tables is refused
 * when the template is parsed. {@code Budget} bounds steps, text, elements, depth and time.
 *
 * <p>What users wrote is kept off the heap ({@code TextMemory}), and every character of it carries a mark ({@code Text}) through all
 * that a template does with it, so that the tokenizer can tell it from the markup around it.
 */
package dev.lockstep.models.internal.template;
