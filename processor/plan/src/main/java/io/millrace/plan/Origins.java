package io.millrace.plan;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** Which relations lead to an aggregate with a late output: rows on the way there must not lose the record they were made of. */
final class Origins {
    private final Set<Relation> leading = Collections.newSetFromMap(new IdentityHashMap<>());

    Origins(List<Relation> relations) {
        for (Relation relation : relations) {
            if (relation instanceof Relation.Grouped grouped && grouped.spec().lateTopic() != null) {
                mark(grouped.input());
            }
        }
    }

    boolean leadOut(Relation relation) {
        return leading.contains(relation);
    }

    private void mark(Relation relation) {
        if (leading.add(relation)) {
            recordsOf(relation).forEach(this::mark);
        }
    }

    /** The inputs of which each row is made of one row's record; none for steps that make rows of several, or keep them. */
    static List<Relation> recordsOf(Relation relation) {
        if (relation instanceof Relation.Union union) {
            return union.inputs();
        }
        if (relation instanceof Relation.Filter filter) {
            return List.of(filter.input());
        }
        if (relation instanceof Relation.Project project) {
            return List.of(project.input());
        }
        if (relation instanceof Relation.Flattened flattened) {
            return List.of(flattened.input());
        }
        return relation instanceof Relation.Keyed keyed ? List.of(keyed.input()) : List.of();
    }
}
