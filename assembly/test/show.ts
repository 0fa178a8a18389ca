// SPDX-License-Identifier: MIT
// Shows values as an expectation that is not met prints them.

/** Of an array, what is behind so many elements is left out. */
const MANY = 100;

/** Shows a value: strings in quotes, elements of arrays, what toString() says, else the class. */
export function show<T>(v: T): string {
  if (isBoolean<T>()) return v ? "true" : "false";
  if (isInteger<T>() || isFloat<T>()) return numeric<T>(v);
  if (isReference<T>()) {
    if (!changetype<usize>(v)) return "null";
    return object<NonNullable<T>>(changetype<NonNullable<T>>(changetype<usize>(v)));
  }
  return nameof<T>();
}

function numeric<T>(v: T): string {
  return v.toString();
}

function object<T>(v: T): string {
  if (isString<T>()) return `"${changetype<string>(changetype<usize>(v))}"`;
  if (isFunction<T>()) return "a function";
  if (isArrayLike<T>()) return elements<T>(v);
  // @ts-ignore: not every class has one
  if (isDefined(v.toString)) return v.toString();
  return nameof<T>();
}

function elements<T>(list: T): string {
  let text = "[";
  for (let i = 0; i < list.length; ++i) {
    if (i) text += ", ";
    if (i == MANY) return `${text}… ${list.length - MANY} more]`;
    text += show<valueof<T>>(list[i]);
  }
  return text + "]";
}
