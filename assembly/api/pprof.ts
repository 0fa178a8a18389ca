// SPDX-License-Identifier: MIT
// Go's package runtime/pprof, as far as the program itself needs it: its host writes the profiles.

import { labelsof, mergelabels, setlabels } from "../profile/label";
import { add, lookup as find, Named, register, remove } from "../profile/custom";
import { getg } from "../sys/types";

/** What a profile knows a value by: references by identity, strings and numbers by value, and by their type. */
function keyof<T>(value: T): string {
  if (isString<T>() && changetype<usize>(value)) return "s" + changetype<string>(value);
  else if (isReference<T>()) return "&" + changetype<usize>(value).toString();
  else if (isVector<T>()) ERROR("a profile has no vectors for values");
  else return nameof<T>() + value.toString();
}

export namespace pprof {
  /**
   * Calls fn with labels added to the goroutine's: key, value, key, value, …. Goroutines that fn starts inherit
   * them. Panics if a value is missing. May park.
   */
  export function withLabels(labels: string[], fn: () => void): void {
    const old = labelsof(getg());
    setlabels(mergelabels(old, labels));
    fn();
    setlabels(old);
  }

  /** Gives the running goroutine these labels and no others: key, value, …. Panics if a value is missing. May collect. */
  export function setGoroutineLabels(labels: string[]): void {
    setlabels(labels.length ? mergelabels(null, labels) : null);
  }

  /** A profile of the program's own: the stacks that have put something in and not taken it out. Its host serves it by its name. */
  export class Profile extends Named {
    /** Makes the profile `name`. Panics if the name is empty or taken. */
    constructor(name: string) {
      super(name);
      register(this);
    }

    /** Counts the values in it. Never allocates. */
    count(): i32 {
      return this.values.size;
    }

    /**
     * Puts a value in, with the stack of this call without its `skip` innermost frames; 0: it begins where add is
     * called. Panics if the value is in it. May collect.
     */
    add<T>(value: T, skip: i32 = 0): void {
      add(this, keyof<T>(value), isManaged<T>() ? changetype<usize>(value) : 0, skip);
    }

    /** Takes a value out, if it is in it. May collect. */
    remove<T>(value: T): void {
      remove(this, keyof<T>(value));
    }
  }

  /** Makes the profile `name`, as Go's NewProfile does. Panics if the name is empty or taken. */
  export function newProfile(name: string): Profile {
    return new Profile(name);
  }

  /** Returns the program's profile of that name, null if it has made none. */
  export function lookup(name: string): Profile | null {
    return changetype<Profile | null>(find(name));
  }
}
