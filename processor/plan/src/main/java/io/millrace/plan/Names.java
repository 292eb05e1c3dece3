package io.millrace.plan;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Names of nodes and internal topics. They depend on the job's own names and the order of its steps only, so that the same file gives
 * the same topics for ever.
 */
final class Names {
    private final String job;
    private final Map<String, Integer> counts = new HashMap<>();
    private final Set<String> nodes = new HashSet<>();
    private final Set<String> exchanges = new HashSet<>();

    /** @param steps the names that steps have been given: no {@code key} step takes one of them */
    Names(String job, Set<String> steps) {
        this.job = job;
        this.exchanges.addAll(steps);
    }

    /** {@code filter-1}, {@code filter-2}, ... */
    String numbered(String verb) {
        return verb + "-" + counts.merge(verb, 1, Integer::sum);
    }

    /** The name itself for the first node that wants it; the next is called after what it is, {@code totals-sink}. */
    String node(String name, String what) {
        String unique = name;
        for (int i = 1; !nodes.add(unique); i++) {
            unique = name + "-" + what + (i == 1 ? "" : "-" + i);
        }
        return unique;
    }

    /** {@code key_region}; a second one by the same columns is {@code key_region_2}. */
    String key(List<String> columns) {
        // Topic names have letters, digits, '.', '_' and '-' only.
        String base = "key_" + String.join("_", columns).replaceAll("[^A-Za-z0-9._-]", "_");
        String name = base;
        for (int i = 2; !exchanges.add(name); i++) {
            name = base + "_" + i;
        }
        return name;
    }

    /** @param number from 1: a step that gathers rows of several stages needs a topic for each */
    String repartitionTopic(String step, int number) {
        return job + "-" + step + "-repartition" + (number == 1 ? "" : "-" + number);
    }

    String changelogTopic(String step) {
        return job + "-" + step + "-changelog";
    }
}
