package io.millrace.config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/**
 * Inside braces and brackets a comma ends a value, so that {@code {p: F(a, b)}} is two entries without any error of YAML's. This
 * finds such values by their open parenthesis or quote, reports them, and puts them together again so that reading can go on.
 */
final class CommaTrap {
    private final List<Problem> problems;
    private final BiFunction<ScalarText, Boolean, Yaml.Scalar> filledIn;

    CommaTrap(List<Problem> problems, BiFunction<ScalarText, Boolean, Yaml.Scalar> filledIn) {
        this.problems = problems;
        this.filledIn = filledIn;
    }

    List<Yaml.Entry> mendMap(List<Yaml.Entry> entries) {
        List<Yaml.Entry> mended = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            Yaml.Entry entry = entries.get(i);
            Span whole = entry.value().span();
            int last = i;
            while (isOpen(entry.value(), whole)
                    && last + 1 < entries.size()
                    && isAbsent(entries.get(last + 1).value())) {
                last++;
                whole = whole.to(entries.get(last).key().span());
            }
            mended.add(last == i ? entry : new Yaml.Entry(entry.key(), mended(whole, "{ }")));
            i = last;
        }
        return mended;
    }

    List<Yaml> mendList(List<Yaml> items) {
        List<Yaml> mended = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            Yaml item = items.get(i);
            Span whole = item.span();
            int last = i;
            while (isOpen(item, whole) && last + 1 < items.size() && items.get(last + 1) instanceof Yaml.Scalar) {
                last++;
                whole = whole.to(items.get(last).span());
            }
            mended.add(last == i ? item : mended(whole, "[ ]"));
            i = last;
        }
        return mended;
    }

    private Yaml.Scalar mended(Span whole, String brackets) {
        problems.add(Problem.error(
                whole.at(),
                whole.length(),
                "inside " + brackets + " a comma ends the value, so this is cut in pieces",
                YamlParser.quoteIt(whole, whole.written())));
        String written = whole.source().text().substring(whole.start(), whole.end());
        int[] offsets = new int[written.length() + 1];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = whole.start() + i;
        }
        return filledIn.apply(new ScalarText(written, whole, offsets, false), false);
    }

    private static boolean isOpen(Yaml value, Span whole) {
        String text = whole.source().text();
        boolean quoted = whole.start() < whole.end() && "'\"".indexOf(text.charAt(whole.start())) >= 0;
        return value instanceof Yaml.Scalar
                && !quoted
                && Expressions.isOpen(text.substring(whole.start(), whole.end()));
    }

    private static boolean isAbsent(Yaml value) {
        return value instanceof Yaml.Scalar scalar
                && scalar.absent()
                && scalar.text().value().isEmpty();
    }
}
