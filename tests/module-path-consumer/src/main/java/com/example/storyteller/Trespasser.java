package com.example.storyteller;

import dev.lockstep.models.Model;
import java.util.stream.Stream;

/**
 * Tries to get at what the library keeps to itself. Prints each of its internal packages, followed by {@code open} or
 * {@code closed}, then what became of an attempt to make an object of a public class in one of them.
 */
public final class Trespasser {
    private static final String INTERNAL_CLASS = "dev.lockstep.kernel.internal.scalar.ScalarKernels";

    private Trespasser() {
    }

    public static void main(String[] args) throws ReflectiveOperationException {
        libraryModules().forEach(Trespasser::tryPackages);
        System.out.println("object=" + tryObject());
    }

    private static Stream<Module> libraryModules() {
        return Model.class.getModule().getLayer().modules().stream()
                .filter(module -> module.getName().startsWith("dev.lockstep."));
    }

    private static void tryPackages(Module library) {
        Module us = Trespasser.class.getModule();
        library.getPackages().stream().filter(name -> name.contains(".internal")).forEach(name -> {
            boolean reachable = library.isExported(name) || library.isExported(name, us) || library.isOpen(name, us);
            System.out.println(name + "=" + (reachable ? "open" : "closed"));
        });
    }

    private static String tryObject() throws ReflectiveOperationException {
        try {
            int panelRows = 32;
            return Class.forName(INTERNAL_CLASS).getConstructor(int.class).newInstance(panelRows).toString();
        } catch (IllegalAccessException e) {
            return "refused";
        }
    }
}
